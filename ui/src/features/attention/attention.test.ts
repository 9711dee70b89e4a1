import { describe, expect, it } from 'vitest';
import { attention, clashes } from '../../../dev/demo/conflicts';
import { loop } from '../../../dev/demo/loops';
import { press, type } from '../../../dev/keys';
import { button, dialog, show, text, until } from '../../../dev/with-screen';
import { countCalls, lastCall, NOW, stage, type Stage } from '../../../dev/with-standin';
import type { Scene } from '../../../dev/demo/scenes';
import type { FollowUpChange } from '../../ipc/types';
import type { Clash } from '../../shared/loops';
import { w } from '../../words/words.svelte';
import { apart, near, proposal } from './conflict';

const card = () => document.querySelector('.trouble');
const field = () => card()?.querySelector<HTMLTextAreaElement>('.merge textarea') as HTMLTextAreaElement;
const row = (words: string) => [...document.querySelectorAll<HTMLElement>('[data-pane="list"] [data-row]')].find((one) => text(one).includes(words)) as HTMLElement;

async function open(scene: Scene, words?: string): Promise<Stage> {
  const at = await show(scene);
  at.desk.page = 'follow_ups';
  await until(() => document.querySelector('tr.chosen'));
  if (words) row(words).click();
  await until(() => !words || text(document.querySelector('tr.chosen')).includes(words));
  return at;
}

describe('a conflict', () => {
  it('shows both sides, who and when, and what it was before', async () => {
    await open('conflicts', 'Take back');
    const said = text(card());
    for (const words of ['Amir Saïdi changed the outcome', w().conflict.mine, 'Refund in full, a courier collects it', w().conflict.here, 'From Amir Saïdi', 'Exchange in the store on Monday', w().conflict.service]) {
      expect(said).toContain(words);
    }
    expect(text(card()?.querySelector('details') ?? null)).toContain(w().followUps.emptied);
  });

  const choices = [
    ['1', () => w().conflict.keepMine, { keep: 'mine' }],
    ['2', () => w().conflict.keepTheirs, { keep: 'theirs' }],
    ['3', () => w().conflict.merge, { keep: 'merge', text: 'Exchange on Monday, a courier collects it' }],
  ] as const;

  it.each(choices)('is settled by %s', async (key, _words, choice) => {
    const at = await open('conflicts', 'Take back');
    type(field(), 'Exchange on Monday, a courier collects it');
    field().blur();
    press(key);
    expect(lastCall(at.standin, 'follow_up.settle')).toEqual({ id: 'x-outcome', choice });
    await until(() => !card());
  });

  it.each(choices)('is settled by the button of %s', async (_key, words, choice) => {
    const at = await open('conflicts', 'Take back');
    type(field(), 'Exchange on Monday, a courier collects it');
    button(words(), card()).click();
    expect(lastCall(at.standin, 'follow_up.settle')).toEqual({ id: 'x-outcome', choice });
    await until(() => text(row('Take back').closest('tr')).includes(choice.keep === 'theirs' ? w().loop.status.open : w().followUps.changedHere));
  });

  it('stands there again when the choice is taken back', async () => {
    const at = await open('conflicts', 'Take back');
    press('2');
    await until(() => !card());
    press('Alt+Z');
    expect(lastCall(at.standin, 'follow_up.unsettle')).toEqual({ id: 'x-outcome' });
    await until(() => text(card()).includes('Refund in full'));
  });

  it('stays, and says why, when it could not be settled', async () => {
    const at = await open('conflicts', 'Take back');
    at.standin.failing.set('follow_up.settle', 'not_saved');
    press('1');
    await until(() => text().includes(w().failure.not_saved));
    expect(card()).not.toBeNull();
  });

  it('lets digits be digits while somebody edits the merge', async () => {
    const at = await open('conflicts', 'Take back');
    field().focus();
    for (const key of ['1', '2', '3']) expect(press(key)).toBe(false);
    expect(countCalls(at.standin, 'follow_up.settle')).toBe(0);
  });

  it('is merged only into something', async () => {
    const at = await open('conflicts', 'Take back');
    type(field(), '  ');
    field().blur();
    expect([press('3'), button(w().conflict.merge, card()).getAttribute('aria-disabled')]).toEqual([false, 'true']);
    expect(countCalls(at.standin, 'follow_up.settle')).toBe(0);
  });

  it('of a field that is no text keeps theirs and adds a line to the note', async () => {
    const at = await open('conflicts', 'Check the exchange label');
    press('3');
    const kept = lastCall(at.standin, 'follow_up.settle');
    expect(kept).toEqual({ id: 'x-priority', choice: { keep: 'merge', text: 'Inès Kaddour had set the priority: high' } });
    await until(() => [...document.querySelectorAll<HTMLTextAreaElement>('.detail textarea')].some((one) => one.value.includes('had set the priority: high')));
  });

  it('makes room for the next one of the same loop', async () => {
    await open('conflicts', 'Give back the delivery fee');
    expect(text(card())).toContain(w().conflict.more(1));
    press('2');
    await until(() => text(card()).includes(w().conflict.title(w().conflict.field.due)));
    expect(text(card())).not.toContain(w().conflict.more(1));
  });

  it('makes no HTML of anybody’s words', async () => {
    await open('conflicts', 'Bold');
    expect(text(card())).toContain('<img src=x onerror=alert(1)>');
    expect(card()?.querySelector('img, script, i')).toBeNull();
  });

  it('gives the focus back to the list when its card goes', async () => {
    await open('conflicts', 'Take back');
    const keep = button(w().conflict.keepTheirs, card());
    keep.focus();
    keep.click();
    await until(() => document.activeElement === row('Take back'));
  });
});

describe('what a merge proposes', () => {
  const of = (mine: FollowUpChange, theirs: FollowUpChange, merged?: string) => {
    const { delivery } = clashes('x', loop('l', 'Loop', NOW, NOW), mine, theirs, NOW, merged === undefined ? {} : { merged });
    return (delivery as { why: Clash }).why;
  };

  it('is the desk’s own, else both texts', async () => {
    const { team } = (await stage()).desk;
    const outcome = (value: string | null): FollowUpChange => ({ field: 'outcome', value });
    expect(proposal(of(outcome('a'), outcome('b'), 'a and b'), team, NOW)).toBe('a and b');
    expect(proposal(of(outcome('a'), outcome('b')), team, NOW)).toBe('b\na');
    expect(proposal(of(outcome('a'), outcome(null)), team, NOW)).toBe('a');
    expect(proposal(of({ field: 'title', value: 'a' }, { field: 'title', value: 'b' }), team, NOW)).toBe('b / a');
  });

  it('names a day by its date: a note is read on another one', async () => {
    const { team } = (await stage()).desk;
    const line = proposal(of({ field: 'due', value: NOW + 86_400_000 }, { field: 'due', value: NOW }), team, NOW);
    expect([line.includes('25 Nov 14:06'), line.includes('tomorrow')]).toEqual([true, false]);
  });

  it('is read from where the texts differ', () => {
    expect(apart('call her at six', 'call her at ten')).toEqual({ before: 'call her at ', own: 'six', after: '' });
    expect(apart('all of it', 'nothing here')).toEqual({ before: 'all of it', own: '', after: '' });
    expect(apart('same', 'same')).toEqual({ before: 'same', own: '', after: '' });
    const long = 'word '.repeat(40);
    const cut = near(apart(`${long}mine ${long}`, `${long}theirs ${long}`));
    expect([cut.own, cut.before.startsWith('…word'), cut.after.endsWith('…'), cut.before.length < 60]).toEqual(['mine', true, true, true]);
  });
});

describe('the list of what is not sent', () => {
  const list = () => dialog(w().attention.title);
  const item = (words: string) => [...(list()?.querySelectorAll('li') ?? [])].find((one) => text(one).includes(words)) as Element;

  it('tells what a damaged file cost, until it was read', async () => {
    const at = await show('offline');
    button(w().top.unsent(3)).click();
    await until(list);
    const card = item(w().attention.what.work_file);
    expect(card.textContent).toContain(w().attention.saved(11, 2, 0));
    expect(card.textContent).toContain(w().attention.lost(1, 0, 0));
    expect(card.textContent).toContain('work.damaged-');
    expect([...card.querySelectorAll('button')].map((one) => one.textContent?.trim())).toEqual([w().attention.understood]);
    card.querySelector('button')?.click();
    await until(() => lastCall(at.standin, 'attention.discard'));
    expect(lastCall(at.standin, 'attention.discard')).toEqual({ id: 'work-file' });
  });

  it('opens from the top bar, which counts both kinds', async () => {
    await show('offline');
    button(w().top.unsent(3)).click();
    await until(list);
    expect([...(list()?.querySelectorAll('section') ?? [])].map((one) => [one.getAttribute('aria-label'), one.querySelectorAll('li').length])).toEqual([
      [w().attention.decide, 5], [w().attention.waiting, 3],
    ]);
    press('Esc');
    await until(() => !list());
    button(w().top.attention(5)).click();
    await until(list);
  });

  it('takes back what waits, as a draft or for good', async () => {
    const at = await show('offline');
    press('Alt+Q');
    await until(list);
    const reply = item('a swap works');
    expect([button(w().attention.edit, reply) !== undefined, button(w().attention.retry, reply)]).toEqual([true, undefined]);
    button(w().attention.takeBack, item(w().attention.what.reason)).click();
    expect(lastCall(at.standin, 'attention.discard')).toEqual({ id: 'at-7' });
    await until(() => text().includes(w().top.unsent(2)));
  });

  it('offers no second try where somebody else has it, but to hand over', async () => {
    const at = await show('attention');
    press('Alt+Q');
    await until(list);
    const gone = item('Find the receipt');
    expect([button(w().attention.retry, gone), button(w().attention.openConversation, gone)]).toEqual([undefined, undefined]);
    button(w().attention.handOver, gone).click();
    expect(lastCall(at.standin, 'attention.hand_over')).toEqual({ id: 'at-4' });
    await until(() => text().includes(w().attention.handedOver));
  });

  it('hands over only with the line', async () => {
    const at = await show('offline');
    press('Alt+Q');
    await until(list);
    const hand = button(w().attention.handOver, item('Find the receipt'));
    hand.click();
    expect([hand.getAttribute('aria-disabled'), countCalls(at.standin, 'attention.hand_over')]).toEqual(['true', 0]);
  });

  it('hands over only for a day', async () => {
    const at = await show('attention');
    at.standin.push({ view: 'attention', patch: { op: 'upsert', item: attention('at-late', NOW, { text: 'Ring her back', delivery: { state: 'not_sent', why: { why: 'not_yours' } }, hand_over_until: Date.now() - 1_000 }) } });
    press('Alt+Q');
    await until(list);
    const hand = button(w().attention.handOver, await until(() => item('Ring her back')));
    hand.click();
    expect([hand.getAttribute('aria-disabled'), hand.getAttribute('aria-description'), countCalls(at.standin, 'attention.hand_over')]).toEqual(['true', w().attention.handOverLate, 0]);
  });

  it('gives the focus to the row that comes where one went', async () => {
    await show('offline');
    press('Alt+Q');
    await until(list);
    const rows = () => [...(list()?.querySelectorAll('li') ?? [])];
    const discard = async (row: Element | undefined, words: string, next: () => Element | undefined) => {
      const one = button(words, row as Element);
      one.focus();
      one.click();
      await until(() => !one.isConnected && document.activeElement === next());
    };
    const [first, second] = rows();
    await discard(first, w().attention.understood, () => second);
    await discard(rows().at(-1), w().attention.takeBack, () => rows().at(-1));
  });

  it('goes to the loop, in whichever list it stands', async () => {
    const at = await show('attention');
    press('Alt+Q');
    await until(list);
    button(w().attention.openConversation, item('Take back the store’s refusal')).click();
    await until(() => text(document.querySelector('tr.chosen')).includes('Take back the store’s refusal'));
    expect([at.desk.page, at.desk.followUps.scope, list(), card() !== null]).toEqual(['follow_ups', 'team', null, true]);
  });

  it('says so when the loop is nowhere any more', async () => {
    const at = await show('attention');
    at.desk.showFollowUp('fu-gone');
    await until(() => text().includes(w().failure.gone));
    await until(() => at.desk.followUps.scope === 'mine' && document.querySelector('tr.chosen'));
  });
});
