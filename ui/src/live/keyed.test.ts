import { describe, expect, it } from 'vitest';
import type { ConversationRow, Patch } from '../ipc/types';
import { by, Keyed } from './keyed.svelte';
import { Queue } from './queue.svelte';

interface Row {
  id: string;
  at: number;
  text?: string;
}

function list(...rows: Row[]): Keyed<Row> {
  const keyed = new Keyed<Row>((row) => row.id, by((row) => row.at, (row) => row.id));
  keyed.reset(rows);
  return keyed;
}

const ids = (keyed: Keyed<Row>) => keyed.rows.map((row) => row.id).join('');

describe('a keyed list', () => {
  it('keeps its own order, whatever the order of arrival', () => {
    const keyed = list({ id: 'c', at: 3 }, { id: 'a', at: 1 });
    keyed.apply({ op: 'upsert', item: { id: 'b', at: 2 } });
    expect(ids(keyed)).toBe('abc');
  });

  it('moves a row whose place changed and leaves the others', () => {
    const keyed = list({ id: 'a', at: 1 }, { id: 'b', at: 2 }, { id: 'c', at: 3 });
    const b = keyed.rows[1];
    keyed.apply({ op: 'upsert', item: { id: 'a', at: 9 } });
    expect(ids(keyed)).toBe('bca');
    expect(keyed.rows[0]).toBe(b);
  });

  it('takes the same patch twice without a further change', () => {
    const keyed = list({ id: 'a', at: 1 });
    const patches: Patch<Row>[] = [
      { op: 'upsert', item: { id: 'b', at: 2 } },
      { op: 'remove', id: 'a' },
    ];
    for (const patch of [...patches, ...patches]) keyed.apply(patch);
    expect(ids(keyed)).toBe('b');
    expect(keyed.total).toBe(1);
  });

  it('counts rows that are not shown', () => {
    const keyed = list();
    keyed.apply({ op: 'reset', items: [{ id: 'a', at: 1 }], total: 40 });
    keyed.apply({ op: 'upsert', item: { id: 'b', at: 2 } });
    keyed.apply({ op: 'remove', id: 'a' });
    expect([keyed.rows.length, keyed.total]).toEqual([1, 40]);
  });

  it('never changes an array that it gave out', () => {
    const keyed = list({ id: 'a', at: 1 });
    const before = keyed.rows;
    keyed.apply({ op: 'upsert', item: { id: 'b', at: 0 } });
    expect(before.map((row) => row.id)).toEqual(['a']);
  });

  it('finds any row in a thousand after a thousand moves', () => {
    const keyed = list(...Array.from({ length: 1000 }, (_, i) => ({ id: `r${String(i).padStart(4, '0')}`, at: i })));
    for (let i = 0; i < 1000; i += 1) keyed.apply({ op: 'upsert', item: { id: `r${String((i * 7) % 1000).padStart(4, '0')}`, at: (i * 13) % 997 } });
    const order = keyed.rows.map((row) => row.at);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(new Set(keyed.rows.map((row) => row.id)).size).toBe(1000);
  });
});

describe('the order of one’s own conversations', () => {
  const row = (id: string, more: Partial<ConversationRow>): ConversationRow => ({
    id, customer_name: id, channel: 'chat', state: 'active', last_side: null, last_text: '', last_at: 0, unread: 0, promise: null, snoozed_until: null,
    wrap_up_until: null, parked: false, draft: false, attention: false, typing: false, ...more,
  });

  it('has those that owe an answer first by when it is due, then the newest, then those put aside', () => {
    const queue = new Queue();
    queue.yours.reset([
      row('snoozed-late', { state: 'snoozed', snoozed_until: 900 }),
      row('old', { last_at: 10 }),
      row('due-late', { promise: { from: 0, due: 50 } }),
      row('new', { last_at: 20 }),
      row('due-soon', { promise: { from: 0, due: 40 } }),
      row('snoozed-soon', { state: 'snoozed', snoozed_until: 800 }),
    ]);
    expect(queue.yours.rows.map((one) => one.id)).toEqual(['due-soon', 'due-late', 'new', 'old', 'snoozed-soon', 'snoozed-late']);
  });
});
