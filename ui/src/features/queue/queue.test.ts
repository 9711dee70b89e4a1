import { beforeEach, describe, expect, it } from 'vitest';
import { show, until } from '../../../dev/with-screen';
import { countCalls, fakeTime, pass, stage, type Stage } from '../../../dev/with-standin';
import type { WaitingRow } from '../../ipc/types';
import { promiseLeft, QueueState } from './queue.svelte';

describe('a click on something that can be taken', () => {
  let at: Stage;
  let queue: QueueState;
  const click = new MouseEvent('click', { detail: 1 });
  const key = new MouseEvent('click', { detail: 0 });
  const row = (id: string, change: Partial<WaitingRow>): WaitingRow => ({ ...(at.desk.queue.waiting.rows[0] as WaitingRow), id, ...change });

  beforeEach(async () => {
    fakeTime();
    at = await stage();
    queue = new QueueState(at.desk);
    queue.stand();
    await pass(1_000);
  });

  it('is meant for what has stood there for a while, and not for what has just come to stand there', async () => {
    expect(queue.meant(click, 'c-w1')).toBe(true);
    at.desk.take([{ view: 'waiting', patch: { op: 'upsert', item: row('c-first', { priority: 99 }) } }]);
    queue.stand();
    expect([queue.settling, queue.meant(click, 'c-first'), queue.meant(click, 'c-w1'), queue.meant(key, 'c-w1')]).toEqual([true, false, false, true]);
    await pass(350);
    expect([queue.settling, queue.meant(click, 'c-first'), queue.meant(click, 'c-w1')]).toEqual([false, true, true]);
  });

  it('is meant however busy it gets further down', async () => {
    for (let i = 0; i < 20; i += 1) {
      at.desk.take([{ view: 'waiting', patch: { op: 'upsert', item: row(`c-last-${i}`, { priority: -1 }) } }]);
      queue.stand();
      await pass(50);
    }
    expect([queue.meant(click, 'c-w1'), queue.meant(click, 'c-theo'), queue.meant(click, 'c-last-19')]).toEqual([true, true, false]);
  });

  it('asks once, however often it is clicked', async () => {
    await Promise.all([queue.accept('c-theo'), queue.accept('c-theo')]);
    expect(countCalls(at.standin, 'offer.accept')).toBe(1);
  });

  it('says so when somebody was faster', async () => {
    await queue.take('c-nobody');
    expect(at.desk.notices.list.at(-1)?.tone).toBe('bad');
    expect(queue.taking.size).toBe(0);
  });
});

describe('going from one to the next', () => {
  it('walks round, and finds the next that owes an answer', async () => {
    const at = await stage();
    const queue = new QueueState(at.desk);
    const walked: (string | null)[] = [];
    for (let i = 0; i < queue.yours.length; i += 1) {
      queue.step(1);
      walked.push(at.desk.selected);
    }
    expect([new Set(walked).size, at.desk.selected]).toEqual([queue.yours.length, 'c-lea']);
    queue.nextOwed();
    expect(at.desk.selected).toBe('c-omar');
  });
});

describe('a promise', () => {
  it('drains, presses in its last third, and is late when it is due', () => {
    expect(promiseLeft(0, 90, 45)).toEqual({ left: 0.5, tone: 'good' });
    expect(promiseLeft(0, 90, 62).tone).toBe('warn');
    expect(promiseLeft(0, 90, 90)).toEqual({ left: 0, tone: 'bad' });
    expect(promiseLeft(90, 90, 80).left).toBe(1);
  });
});

describe('more than anybody should have', () => {
  it('is counted whole, and in the page as far as it is in sight', async () => {
    const at = await show('crowd');
    const rows = (heading: string) => document.querySelectorAll(`[aria-labelledby="${heading}"] button.row`).length;
    expect([at.desk.queue.yours.rows.length, at.desk.queue.waiting.rows.length]).toEqual([10_007, 505]);
    await until(() => rows('queue-yours') > 10);
    expect([rows('queue-yours') <= 80, rows('queue-waiting') <= 80]).toEqual([true, true]);
    expect(document.querySelector('#queue-yours')?.textContent).toContain('10,007');
  });
});
