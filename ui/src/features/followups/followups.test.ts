import { beforeEach, describe, expect, it } from 'vitest';
import { loop } from '../../../dev/demo/loops';
import { countCalls, lastCall, NOW, stage, type Stage } from '../../../dev/with-standin';
import { w } from '../../words/words.svelte';
import { FollowUpsState, scoreName } from './followups.svelte';
import { Loops, TITLE_CHARS } from './loop.svelte';

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
