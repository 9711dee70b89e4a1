// What is not with the service, for looking and testing: changes that wait for the line, and one conflict for each
// field that two people may change.

import type { AttentionRow, FollowUpChange, FollowUpRow } from '../../src/ipc/types';
import { loop } from './loops';
import { DAY, HOUR, MINUTE } from './people';

export function attention(id: string, at: number, more: Partial<AttentionRow>): AttentionRow {
  return {
    id, what: 'other', customer_name: null, customer: null, conversation: null, follow_up: null, text: '', change: null, at,
    delivery: { state: 'saved' }, hand_over_until: null, ...more,
  };
}

/** A change of a loop that waits. */
export function waits(id: string, of: FollowUpRow, change: FollowUpChange, at: number): AttentionRow {
  const { follow_up } = of;
  return attention(id, at, {
    what: 'follow_up', customer_name: follow_up.customer_name, customer: follow_up.customer, conversation: follow_up.conversation,
    follow_up: follow_up.id, text: follow_up.title, change,
  });
}

/** The same, after somebody else changed the same field. */
export function clashes(id: string, of: FollowUpRow, mine: FollowUpChange, theirs: FollowUpChange, at: number, more: { base?: FollowUpChange; merged?: string; by?: string } = {}): AttentionRow {
  const { base = null, merged = null, by = 'Amir Saïdi' } = more;
  return {
    ...waits(id, of, mine, at),
    delivery: { state: 'not_sent', why: { why: 'conflict', field: mine.field, base, mine, theirs, merged, by, at: at + 8 * MINUTE, mine_at: at } },
  };
}

const LONG = 'Refund the delivery fee and half of the blanket. The depot keeps 48-2291 aside until Thursday; the driver rings twice and leaves it with the concierge, who has signed for it before.\nLéa would rather be called than written to.';

/** A loop in conflict for each field, and their conflicts. */
export function conflicts(now: number): { loops: FollowUpRow[]; rows: AttentionRow[] } {
  const at = now - 20 * MINUTE;
  const of = (n: number, title: string, more: Parameters<typeof loop>[4] = {}) => loop(`fu-x${n}`, title, now + n * HOUR, now, more);
  const loops = [
    of(1, 'Take back the store’s refusal of R-118', { outcome: 'Exchange in the store on Monday', cause: 'store-rule', score: { kind: 'ces', value: 2 } }),
    of(2, 'Ring the courier about the cracked vase', { customer: 'cu-long', customer_name: 'Maximiliane Annegret Freifrau von Hohenstein-Wittgenstein zu Berleburg', conversation: null }),
    of(3, 'Confirm the new card has arrived', { status: 'open', customer: 'cu-omar', customer_name: 'Omar Khan', conversation: 'c-omar' }),
    of(4, 'Check the exchange label', { priority: 'low', customer: 'cu-omar', customer_name: 'Omar Khan', conversation: 'c-omar' }),
    of(5, 'Ask the depot for the second scan', { cause: 'no-notice' }),
    of(6, 'Call Léa on Thursday morning, not by message', {}),
    of(7, 'Give back the delivery fee', { note: LONG }),
    of(8, '<b>Bold</b> \u202Eelif a dnes', { customer: 'cu-hostile', customer_name: '<img src=x> \u202Eeman', conversation: 'c-hostile' }),
  ] as const;
  const [outcome, due, status, priority, cause, title, note, hostile] = loops;
  const rows = [
    clashes('x-outcome', outcome, { field: 'outcome', value: 'Refund in full, a courier collects it' }, { field: 'outcome', value: 'Exchange in the store on Monday' }, at, { base: { field: 'outcome', value: null } }),
    clashes('x-due', due, { field: 'due', value: now + DAY }, { field: 'due', value: now + 2 * HOUR }, at, { base: { field: 'due', value: now + 5 * HOUR } }),
    clashes('x-status', status, { field: 'status', value: 'done' }, { field: 'status', value: 'open' }, at, { base: { field: 'status', value: 'waiting' } }),
    clashes('x-priority', priority, { field: 'priority', value: 'high' }, { field: 'priority', value: 'low' }, at, { by: 'Wilhelmina van der Westhuizen-Oosterbeek' }),
    clashes('x-cause', cause, { field: 'cause', value: 'store-rule' }, { field: 'cause', value: 'no-notice' }, at, { base: { field: 'cause', value: null } }),
    clashes('x-title', title, { field: 'title', value: 'Call Léa on Thursday after six' }, { field: 'title', value: 'Call Léa on Thursday morning, not by message' }, at, {
      base: { field: 'title', value: 'Call Léa on Thursday' }, merged: 'Call Léa on Thursday morning or after six, not by message',
    }),
    clashes('x-note', note, { field: 'note', value: `${LONG}\nShe is away on Friday.` }, { field: 'note', value: LONG }, at, { base: { field: 'note', value: 'Refund the delivery fee.' }, merged: `${LONG}\nShe is away on Friday.` }),
    // Two on one loop: the second waits until the first is settled.
    clashes('x-note-due', note, { field: 'due', value: now + 3 * DAY }, { field: 'due', value: now + 7 * HOUR }, at + MINUTE),
    clashes('x-hostile', hostile, { field: 'note', value: '<script>alert(1)</script> \u202Egnorw' }, { field: 'note', value: '<img src=x onerror=alert(1)>' }, at, { by: '<i>Eve</i>' }),
  ];
  return { loops: [...loops], rows };
}
