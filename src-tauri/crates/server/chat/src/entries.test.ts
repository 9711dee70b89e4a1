import { describe, expect, it } from 'vitest';
import { type LineEntry, entriesOf } from './entries';
import type { Row } from './outbox';
import type { ThreadLine } from './thread';
import type { ChatState } from './types';

const noon = new Date(2026, 10, 20, 12).getTime();
const state: ChatState = {
  conversation: 'c',
  phase: 'open',
  advisor: 'Inès',
  seen_by_advisor: 2,
  asks: null,
  version: 1,
};
const line = (n: number, mine: boolean, at: number, era = 0): ThreadLine => ({
  era,
  line: {
    id: `l${n}-${era}`,
    n,
    at,
    from: mine ? { from: 'me' } : { from: 'advisor', name: 'Inès' },
    text: `${n}`,
    attachments: [],
  },
});
const row = (id: string, state: Row['state'] = 'queued'): Row => ({
  id,
  no: 1,
  at: noon + 10_000,
  want: { kind: 'say', text: id, files: [] },
  state,
  seq: null,
  code: state === 'refused' ? 'invalid' : null,
  reuploads: 0,
  settledAt: null,
});
const linesOf = (...given: Parameters<typeof entriesOf>): LineEntry[] =>
  entriesOf(...given).filter((entry) => entry.is === 'line');

describe('the log', () => {
  it('shows what is on its way after what has arrived, and each line once', () => {
    const lines = [line(1, true, noon)];
    const shown = linesOf(lines, 0, state, [row('l1-0'), row('new')], (id) => id === 'l1-0', false);
    expect(shown.map((entry) => [entry.text, entry.status])).toEqual([
      ['1', 'seen'],
      ['new', 'sending'],
    ]);
  });

  it('tells sent from seen, and not sent from both', () => {
    const lines = [line(2, true, noon), line(3, true, noon)];
    const shown = linesOf(lines, 0, state, [row('x', 'refused'), row('y', 'done')], () => false, false);
    expect(shown.map((entry) => entry.status)).toEqual(['seen', 'sent', 'refused', 'sent']);
  });

  it('without a line it says so, and does not pretend to send', () => {
    const [shown] = linesOf([], 0, state, [row('x')], () => false, true);
    expect(shown?.status).toBe('waiting');
  });

  it('what an earlier conversation held counts as read', () => {
    const lines = [line(9, true, noon), line(3, true, noon, 1)];
    expect(linesOf(lines, 1, state, [], () => false, false).map((entry) => entry.status)).toEqual(['seen', 'sent']);
  });

  it('puts lines of one person together, and days apart', () => {
    const lines = [
      line(1, false, noon - 86_400_000),
      line(2, false, noon),
      line(3, false, noon + 60_000),
      line(4, true, noon + 61_000),
      line(5, false, noon + 62_000),
      line(6, false, noon + 600_000),
    ];
    const entries = entriesOf(lines, 0, state, [], () => false, false);
    expect(entries.filter((entry) => entry.is === 'day')).toHaveLength(2);
    const groups = entries.flatMap((entry) => (entry.is === 'line' ? [[entry.first, entry.last]] : []));
    expect(groups).toEqual([
      [true, true],
      [true, false],
      [false, true],
      [true, true],
      [true, true],
      [true, true],
    ]);
  });
});
