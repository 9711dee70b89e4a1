import { beforeEach, describe, expect, it } from 'vitest';
import { lea } from '../../../dev/demo/lines';
import { show, text, until } from '../../../dev/with-screen';
import { countCalls, fakeTime, lastCall, NOW, pass, stage, type Stage } from '../../../dev/with-standin';
import type { OpenConversation } from '../../live/opened.svelte';
import { w } from '../../words/words.svelte';
import { ConversationState } from './conversation.svelte';
import { standing } from './lineup';
import { Reading } from './reading.svelte';

let at: Stage;
const said = () => at.desk.notices.list.at(-1);

async function begin(id?: string): Promise<ConversationState> {
  at = await stage('full', id);
  return new ConversationState(at.desk);
}

describe('resolving', () => {
  it('can be taken back', async () => {
    const doing = await begin();
    await doing.resolve();
    expect(said()?.text).toBe(w().conversation.resolvedToast);
    at.desk.notices.undoLatest();
    expect(lastCall(at.standin, 'conversation.reopen')).toEqual({ id: 'c-lea' });
  });

  it('asks once when an answer stands unsent, and means it the second time', async () => {
    const doing = await begin();
    at.desk.open?.draft.write('almost done');
    await doing.resolve();
    expect([countCalls(at.standin, 'conversation.resolve'), said()?.text]).toEqual([0, w().conversation.unsentGuard]);
    await doing.resolve();
    expect(countCalls(at.standin, 'conversation.resolve')).toBe(1);
  });

  it('says why it was refused, and leaves everything as it was', async () => {
    const doing = await begin();
    at.standin.failing.set('conversation.resolve', 'too_late');
    await doing.resolve();
    expect([said()?.text, at.desk.open?.header.state]).toEqual([w().failure.too_late, 'active']);
  });

  it('is for those who have it', async () => {
    const doing = await begin('c-amirs');
    await doing.resolve();
    expect([doing.mine, doing.canResolve, doing.canReopen, countCalls(at.standin, 'conversation.resolve')]).toEqual([false, false, false, 0]);
  });
});

describe('what is given away, put aside or ended', () => {
  it('is snoozed and wakes when it is taken back', async () => {
    const doing = await begin();
    await doing.snooze(NOW + 3_600_000);
    at.desk.notices.undoLatest();
    expect([countCalls(at.standin, 'conversation.snooze'), lastCall(at.standin, 'conversation.wake')]).toEqual([1, { id: 'c-lea' }]);
  });

  it('goes to somebody with a note, or with none', async () => {
    const doing = await begin();
    expect(await doing.transfer({ to: 'person', id: 'p-amir' }, 'Amir', '  ')).toBe(true);
    expect(lastCall(at.standin, 'conversation.transfer')).toEqual({ id: 'c-lea', receiver: { to: 'person', id: 'p-amir' }, note: null });
    expect(said()?.text).toBe(w().conversation.transferredToast('Amir'));
  });

  it('is ended with a reason; taking it back unblocks too', async () => {
    const doing = await begin();
    await doing.end(' abusive ', true);
    expect(lastCall(at.standin, 'conversation.end')).toEqual({ id: 'c-lea', block: true, why: 'abusive' });
    at.desk.notices.undoLatest();
    expect([lastCall(at.standin, 'customer.unblock'), lastCall(at.standin, 'conversation.reopen')]).toEqual([{ id: 'cu-lea' }, { id: 'c-lea' }]);
  });

  it('is linked, and unlinked when it is taken back', async () => {
    const doing = await begin('c-visitor');
    await doing.link({ customer: 'cu-lea', name: 'Léa Bernard' });
    expect(said()?.about).toBe('Léa Bernard');
    at.desk.notices.undoLatest();
    expect(lastCall(at.standin, 'conversation.unlink')).toEqual({ id: 'c-visitor' });
  });

  it('has a reason that is told only when it is another', async () => {
    const doing = await begin();
    await doing.setReason('parcel-missing');
    await doing.setReason('size');
    expect([countCalls(at.standin, 'conversation.reason'), lastCall(at.standin, 'conversation.reason')?.reason]).toEqual([1, 'size']);
  });
});

describe('what was read', () => {
  let open: OpenConversation;
  let looks = true;
  beforeEach(async () => {
    fakeTime();
    at = await stage('day', 'c-omar');
    open = at.desk.open as OpenConversation;
    looks = true;
  });

  it('is told once somebody looks at the newest line', () => {
    const reading = new Reading(open, () => looks);
    looks = false;
    reading.moved(null, true);
    expect(countCalls(at.standin, 'conversation.read')).toBe(0);
    looks = true;
    reading.moved(null, true);
    reading.moved(null, true);
    expect([countCalls(at.standin, 'conversation.read'), lastCall(at.standin, 'conversation.read')]).toEqual([1, { id: 'c-omar', upto: 5 }]);
  });

  it('ends where the divider stands, until the reader answers', () => {
    const reading = new Reading(open, () => looks);
    expect(reading.dividerAfter).toBe(3);
    reading.answered();
    expect(reading.dividerAfter).toBeNull();
  });

  it('counts what comes in below a reader who is further up', () => {
    const reading = new Reading(open, () => looks);
    reading.moved('l-2', false);
    reading.arrived(2);
    expect([reading.atEnd, reading.below]).toEqual([false, 2]);
    reading.moved(null, true);
    expect(reading.below).toBe(0);
  });

  it('remembers the place when the reader comes to rest, once', async () => {
    const reading = new Reading(open, () => looks);
    for (const line of ['l-1', 'l-2', 'l-3']) reading.moved(line, false);
    await pass(400);
    expect([countCalls(at.standin, 'conversation.reading_at'), lastCall(at.standin, 'conversation.reading_at')]).toEqual([1, { id: 'c-omar', line: 'l-3' }]);
  });
});

describe('the lines', () => {
  it('of one person in one go stand together, with one time at the end', () => {
    const [a, b] = lea(NOW).filter((row) => row.kind === 'message' && row.side === 'customer').slice(0, 2);
    const [first, second] = [a!, { ...b!, at: a!.at + 60_000 }];
    expect([standing(first, undefined, second, null).last, standing(second, first, undefined, null)]).toEqual([false, { newDay: false, first: false, last: true, divider: false }]);
    expect(standing({ ...second, at: first.at + 6 * 60_000 }, first, undefined, null).first).toBe(true);
  });

  it('are in the page as far as they are in sight, out of however many', async () => {
    at = await show('crowd', 'c-long');
    const scroller = document.querySelector('.scroller') as HTMLElement;
    const open = at.desk.open as OpenConversation;
    // The reader goes up: what they read there is held, and not let go of as it is for one who follows the end.
    Object.defineProperty(scroller, 'scrollHeight', { value: 1_000_000 });
    for (const top of [2_000, 1_000]) {
      scroller.scrollTop = top;
      scroller.dispatchEvent(new Event('scroll'));
    }
    for (let i = 0; i < 32; i += 1) await open.loadEarlier();
    expect(open.timeline.count).toBeGreaterThanOrEqual(33 * 60);
    await until(() => scroller.querySelectorAll('.row').length > 5);
    expect(scroller.querySelectorAll('.row').length).toBeLessThan(60);
    const elements = document.querySelectorAll('*').length;
    at.standin.arrive('c-long', 'one more');
    await until(() => text().includes(w().conversation.newBelow(1)));
    expect(document.querySelectorAll('*').length).toBeLessThan(elements + 40);
  });
});

describe('what the words of a customer say', () => {
  it('stands with its cause: the mood, the line that annoys, the hint above the answers', async () => {
    const page = await show();
    await page.desk.show('c-omar');
    await page.desk.show('c-lea');
    await until(() => document.querySelector('.mood'));
    expect(text(document.querySelector('.mood'))).toContain(w().reading.emotion.irritation);
    expect(text(document.querySelector('.says'))).toContain(w().reading.irritant.repeat_problem);
    expect(text(document.querySelector('p.hint'))).toContain('Store return R-118 refused');
    await page.desk.show('c-omar');
    expect(document.querySelector('.mood')).toBeNull();
  });

  it('proposes a reason, which is taken by hand', async () => {
    const page = await show();
    const lea = page.desk.open!;
    lea.take({ view: 'header', header: { ...lea.header, reason: null } });
    await page.desk.show('c-omar');
    await page.desk.show('c-lea');
    page.desk.open!.take({ view: 'header', header: { ...lea.header, reason: null } });
    const guess = await until(() => document.querySelector<HTMLButtonElement>('.guess'));
    guess.click();
    expect(lastCall(page.standin, 'conversation.reason')).toEqual({ id: 'c-lea', reason: 'parcel-missing' });
  });
});

describe('a suggestion that is of no use', () => {
  it('goes at once, and the desk is told', async () => {
    const page = await show();
    await page.desk.show('c-omar');
    await page.desk.show('c-lea');
    const away = await until(() => document.querySelector<HTMLButtonElement>('.suggestions .away'));
    away.click();
    await until(() => document.querySelectorAll('.suggestions .one').length === 2);
    expect(lastCall(page.standin, 'suggest.refuse')).toEqual({ id: 'c-lea', suggestion: 'sg-1' });
  });
});
