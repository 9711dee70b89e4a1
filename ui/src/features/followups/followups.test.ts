import { beforeEach, describe, expect, it } from 'vitest';
import { loop } from '../../../dev/demo/loops';
import { panel, show, text, until } from '../../../dev/with-screen';
import { countCalls, lastCall, NOW, stage, type Stage } from '../../../dev/with-standin';
import { TITLE_CHARS } from '../../shared/loops';
import { w } from '../../words/words.svelte';
import { FollowUpsState, scoreName } from './followups.svelte';
import { Loops } from './loop.svelte';

let at: Stage;
let page: FollowUpsState;
const said = () => at.desk.notices.list.at(-1);

beforeEach(async () => {
  at = await stage();
  page = new FollowUpsState(at.desk);
  await page.show('mine');
});

describe('the list of loops', () => {
  it('opens with the one that is due first', () => {
    expect([page.row?.follow_up.id, page.rows[0]?.follow_up.id]).toEqual(['fu-0', 'fu-0']);
    const dues = page.rows.map((row) => row.follow_up.due);
    expect(dues).toEqual([...dues].sort((a, b) => a - b));
  });

  it('keeps what one reads when it leaves the list', async () => {
    await page.toggle();
    expect(page.rows.some((row) => row.follow_up.id === 'fu-0')).toBe(false);
    expect(page.row?.follow_up.id).toBe('fu-0');
  });

  it('takes back what was done', async () => {
    await page.toggle();
    expect([said()?.text, said()?.about]).toEqual([w().loop.doneToast, 'Ask the depot for the missing screws']);
    at.desk.notices.undoLatest();
    expect(lastCall(at.standin, 'follow_up.change')).toEqual({ id: 'fu-0', change: { field: 'status', value: 'open' } });
  });

  it('shows the last one that was asked for, whichever answers last', async () => {
    await Promise.all([page.show('team'), page.show('waiting'), page.show('done')]);
    expect([page.scope, page.rows.every((row) => row.follow_up.status === 'done')]).toEqual(['done', true]);
  });

  it('comes into the page in stretches, however long it is', () => {
    at.desk.followUps.list.reset(Array.from({ length: 450 }, (_, i) => loop(`fu-many-${i}`, `Loop ${i}`, NOW + i, NOW)));
    expect([page.shown.length, page.more]).toEqual([200, 200]);
    page.showMore();
    expect([page.shown.length, page.more]).toEqual([400, 50]);
    page.showMore();
    expect([page.shown.length, page.more]).toEqual([450, 0]);
  });

  it('goes to the conversation, or to the customer’s last one, or says that there is none', async () => {
    await page.openConversation();
    expect(at.desk.open?.id).toBe('c-omar');
    page.choose(at.desk.followUps.list.get('fu-7') ?? null);
    await page.openConversation();
    expect([countCalls(at.standin, 'customer.open'), said()?.text]).toEqual([1, w().followUps.noConversation]);
  });

  it('says each change of the past in words', () => {
    page.choose(at.desk.followUps.list.get('fu-1') ?? null);
    const told = page.row?.follow_up.history.map((entry) => page.history(entry, NOW)) ?? [];
    expect(told[0]).toEqual({ words: w().followUps.madeByRule('Call back low scores'), value: '' });
    expect(told.map((one) => one.value)).toEqual(['', 'high', 'Wrong scan at the depot', 'Prefers a call after six, not a message.']);
    expect(scoreName({ kind: 'nps', value: 4 })).toBe('score 4/10');
  });
});

describe('a loop', () => {
  it('is renamed only to something, and something else', async () => {
    const loops = new Loops(at.desk);
    const one = page.row!.follow_up;
    for (const title of ['', '  ', one.title, 'x'.repeat(TITLE_CHARS + 1)]) await loops.rename(one, title);
    expect(countCalls(at.standin, 'follow_up.change')).toBe(0);
    await loops.rename(one, ' Ask again ');
    expect(lastCall(at.standin, 'follow_up.change')?.change).toEqual({ field: 'title', value: 'Ask again' });
  });

  it('is not lost when it cannot be kept: the form stays', async () => {
    at.standin.failing.set('follow_up.add', 'not_saved');
    const added = await new Loops(at.desk).add({ customer: 'cu-lea', conversation: null, title: 'x', owner: null, due: NOW, priority: 'normal', cause: null });
    expect([added, said()?.text]).toEqual([false, w().failure.not_saved]);
  });
});

describe('without the line', () => {
  const field = (label: string) => [...document.querySelectorAll('.detail dt')].find((one) => text(one).includes(label))?.nextElementSibling as HTMLElement;
  const chosen = () => text(document.querySelector('tr.chosen'));

  async function open(words: string): Promise<Stage> {
    const on = await show('offline');
    on.desk.page = 'follow_ups';
    const row = await until(() => [...document.querySelectorAll<HTMLElement>('[data-pane="list"] [data-row]')].find((one) => text(one).includes(words)));
    row.click();
    await until(() => chosen().includes(words));
    return on;
  }

  it('says so, and that nothing is overwritten', async () => {
    await open('Call Léa');
    expect(text(document.querySelector('p.offline'))).toContain(w().followUps.offline);
  });

  it('does not give it to somebody else, and says why', async () => {
    const on = await open('Call Léa');
    const owner = field(w().loop.owner).querySelector('button') as HTMLElement;
    owner.click();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([owner.getAttribute('aria-disabled'), owner.getAttribute('aria-description'), panel(w().loop.owner)]).toEqual(['true', w().followUps.ownerNeedsLine, null]);
    on.standin.connection({ state: 'live' });
    await until(() => owner.getAttribute('aria-disabled') === null);
    owner.click();
    await until(() => panel(w().loop.owner));
  });

  it('does not beside a conversation either', async () => {
    const on = await show('offline', 'c-omar');
    const owner = await until(() => document.querySelector<HTMLElement>('button.owner'));
    owner.click();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([owner.getAttribute('aria-description'), panel(w().loop.owner), on.desk.page]).toEqual([w().followUps.ownerNeedsLine, null, 'desk']);
  });

  it('changes everything else, and marks each change where it stands', async () => {
    const on = await open('Call Léa');
    for (const [label, value] of [[w().loop.priority, 'low'], [w().followUps.state, 'open'], [w().loop.cause, 'no-notice']] as const) {
      const select = field(label).querySelector('select') as HTMLSelectElement;
      if (select.value === value) continue;
      select.value = value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
      await until(() => text(field(label)).includes(w().followUps.changedHere));
    }
    expect(lastCall(on.standin, 'follow_up.change')).toEqual({ id: 'fu-1', change: { field: 'cause', value: 'no-notice' } });
    expect([text(field(w().loop.due)), text(field(w().followUps.state))].some((one) => one.includes(w().followUps.changedHere))).toBe(false);
    expect(chosen()).toContain(w().followUps.changedHere);
    expect(on.desk.connection.unsent).toBe(5);
  });

  it('shows a change of the title and of texts too', async () => {
    await open('Call Léa');
    for (const label of [w().loop.edit, w().followUps.outcome]) {
      const area = [...document.querySelectorAll<HTMLTextAreaElement>('.detail textarea')].find((one) => (one.getAttribute('aria-label') ?? text(one.labels[0] ?? null)) === label) as HTMLTextAreaElement;
      area.focus();
      area.value = 'Something else';
      area.dispatchEvent(new InputEvent('input', { bubbles: true }));
      area.blur();
    }
    const detail = () => text(document.querySelector('.detail'));
    await until(() => detail().includes(`title: ${w().followUps.changedHere}`) && text(document.querySelectorAll('.detail .head')[0] ?? null).includes(w().followUps.changedHere));
  });

  it('still shows what was said, and what is to do before it is closed', async () => {
    const on = await open('Ask the depot');
    const said = await until(() => [...document.querySelectorAll('.detail section')].find((one) => text(one).includes('they were on sale')));
    expect(text(said)).toContain(w().followUps.said);
    expect(countCalls(on.standin, 'conversation.show')).toBe(0);
    const close = [...document.querySelectorAll('.detail section')].find((one) => text(one).includes(w().followUps.toClose)) ?? null;
    expect(text(close)).toContain(w().followUps.ofAll(2, 4));
    expect(text(close)).toContain(`${w().followUps.check.answered}, ${w().followUps.unchecked}`);
  });

  it('leaves out what nothing is known about', async () => {
    const on = await open('Ask the depot');
    on.standin.failing.set('conversation.earlier', 'offline');
    const row = [...document.querySelectorAll<HTMLElement>('[data-pane="list"] [data-row]')].find((one) => text(one).includes('Thank Priya'));
    row?.click();
    await until(() => text(document.querySelector('.detail')).includes(w().followUps.ofAll(1, 3)));
    expect(text(document.querySelector('.detail'))).not.toContain(w().followUps.said);
  });
});
