import { describe, expect, it } from 'vitest';
import type { Delivery, TimelineItem } from '../ipc/types';
import { Timeline } from './timeline.svelte';

function line(id: string, n: number | null, delivery: Delivery | null = null): TimelineItem {
  return { id, n, at: (n ?? 1000) * 10, kind: 'message', side: n === null ? 'me' : 'customer', name: '', parts: [], attachments: [], activity: null, delivery };
}

const placed = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => line(`l${from + i}`, from + i));
const ids = (timeline: Timeline) => timeline.rows.map((row) => row.id).join(' ');

describe('the lines of a conversation', () => {
  it('stand by their place, and what is on its way stands after all of them', () => {
    const timeline = new Timeline({ items: [line('p1', null), ...placed(1, 3)], earlier: false });
    timeline.apply({ op: 'upsert', item: line('p2', null) });
    timeline.apply({ op: 'upsert', item: line('l4', 4) });
    expect(ids(timeline)).toBe('l1 l2 l3 l4 p1 p2');
  });

  it('move from the end to their place under the same key once the log has them', () => {
    const timeline = new Timeline({ items: [...placed(1, 2), line('p1', null), line('p2', null)], earlier: false });
    timeline.apply({ op: 'upsert', item: line('p1', 3, { state: 'sent' }) });
    expect(ids(timeline)).toBe('l1 l2 p1 p2');
    expect(timeline.lastPlace).toBe(3);
    timeline.apply({ op: 'upsert', item: line('l4', 4) });
    expect(ids(timeline)).toBe('l1 l2 p1 l4 p2');
  });

  it('arrive out of order and stand in order', () => {
    const timeline = new Timeline({ items: placed(1, 1), earlier: false });
    for (const n of [5, 3, 4, 2]) timeline.apply({ op: 'upsert', item: line(`l${n}`, n) });
    expect(ids(timeline)).toBe('l1 l2 l3 l4 l5');
  });

  it('take the same change twice without a further change', () => {
    const timeline = new Timeline({ items: placed(1, 2), earlier: false });
    for (let i = 0; i < 2; i += 1) {
      timeline.apply({ op: 'upsert', item: line('l3', 3) });
      timeline.apply({ op: 'remove', id: 'l1' });
    }
    expect(ids(timeline)).toBe('l2 l3');
  });

  it('are read further up without a gap and without doubles', () => {
    const timeline = new Timeline({ items: placed(51, 60), earlier: true });
    timeline.prepend({ items: placed(41, 52), earlier: true });
    expect(timeline.count).toBe(20);
    expect(timeline.firstPlace).toBe(41);
    expect(timeline.earlier).toBe(true);
  });

  it('keep what was read further up when everything comes again, if nothing is missing between', () => {
    const timeline = new Timeline({ items: placed(1, 20), earlier: false });
    timeline.apply({ op: 'reset', items: placed(11, 30), total: 30 });
    expect(timeline.count).toBe(30);
    expect(timeline.earlier).toBe(false);
  });

  it('begin anew when there is a gap', () => {
    const timeline = new Timeline({ items: placed(1, 20), earlier: false });
    timeline.apply({ op: 'reset', items: placed(400, 420), total: 420 });
    expect(timeline.firstPlace).toBe(400);
    expect(timeline.earlier).toBe(true);
  });

  it('leave a change of a line that is not held to the disk', () => {
    const timeline = new Timeline({ items: placed(50, 60), earlier: true });
    timeline.apply({ op: 'upsert', item: line('l7', 7) });
    expect(timeline.count).toBe(11);
  });

  it('tell only what changed, so that a long list measures no more than a short one', () => {
    const timeline = new Timeline({ items: placed(1, 500), earlier: true });
    timeline.takeChangedFrom();
    timeline.apply({ op: 'upsert', item: line('l501', 501) });
    expect(timeline.takeChangedFrom()).toBe(500);
    timeline.apply({ op: 'upsert', item: { ...line('l498', 498), name: 'changed' } });
    expect(timeline.takeChangedFrom()).toBe(497);
  });

  it('let go of old ones over a long shift', () => {
    const timeline = new Timeline({ items: placed(1, 10), earlier: false });
    for (let n = 11; n <= 10_000; n += 1) {
      timeline.apply({ op: 'upsert', item: line(`l${n}`, n) });
      timeline.letGoOfOld();
    }
    expect(timeline.count).toBeLessThanOrEqual(600);
    expect(timeline.lastPlace).toBe(10_000);
    expect(timeline.earlier).toBe(true);
    expect(timeline.get('l1')).toBeUndefined();
  });

  it('find a line by its key wherever it stands', () => {
    const timeline = new Timeline({ items: [...placed(1, 9), line('p', null)], earlier: false });
    expect(timeline.indexOf('l5')).toBe(4);
    expect(timeline.indexOf('p')).toBe(9);
    expect(timeline.indexOf('nobody')).toBe(-1);
    expect(timeline.after(7).map((row) => row.id)).toEqual(['l8', 'l9']);
  });
});
