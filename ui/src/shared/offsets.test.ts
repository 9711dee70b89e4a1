import { describe, expect, it } from 'vitest';
import { Offsets } from './offsets';

const rows = ['a', 'b', 'c', 'd'];
const offsets = () => {
  const made = new Offsets((index) => rows[index] ?? '', 50);
  made.changed(rows.length, 0);
  return made;
};

describe('where the rows of a long list begin', () => {
  it('is guessed until they were measured', () => {
    const list = offsets();
    expect([list.start(1), list.total]).toEqual([50, 200]);
    expect(list.measure(0, 80)).toBe(true);
    expect(list.measure(0, 80)).toBe(false);
    expect([list.start(1), list.total, list.indexAt(79), list.indexAt(80)]).toEqual([80, 230, 0, 1]);
  });

  it('stays what it was while the list is behind another page and nothing is laid out', () => {
    const list = offsets();
    list.measure(1, 70);
    for (const index of rows.keys()) expect(list.measure(index, 0)).toBe(false);
    expect([list.total, list.indexAt(0)]).toEqual([220, 0]);
  });
});
