import type { FollowUp, FollowUpRow, FieldVersions } from '../../src/ipc/types';
import { DAY, HOUR, me, MINUTE } from './people';

const untouched: FieldVersions = { title: 0, due: 0, status: 0, owner: 0, priority: 0, cause: 0, outcome: 0, note: 0 };

export function loop(id: string, title: string, due: number, now: number, more: Partial<FollowUp> = {}, row: Partial<FollowUpRow> = {}): FollowUpRow {
  const follow_up: FollowUp = {
    id, customer: 'cu-lea', customer_name: 'Léa Bernard', conversation: 'c-lea', title, owner: me.id, team: 'care', due, priority: 'normal',
    status: 'open', cause: null, outcome: null, note: '', policy: null, score: null, made_at: now - DAY,
    history: [{ at: now - DAY, by: me.name, change: null }], fields: untouched, version: 1, ...more,
  };
  return { follow_up, owner_name: me.name, mine: follow_up.owner === me.id, delivery: null, changed: [], ...row };
}

function today(now: number, hour: number, minute = 0): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour, minute).getTime();
}

export function loops(now: number): FollowUpRow[] {
  const amir = { owner: 'p-amir' };
  const amirRow = { owner_name: 'Amir Saïdi', mine: false };
  return [
    loop('fu-0', 'Ask the depot for the missing screws', now - 3 * HOUR, now, { customer: 'cu-omar', customer_name: 'Omar Khan', conversation: 'c-omar', cause: 'mis-scan' }),
    loop('fu-1', 'Call Léa once the blanket is in her hands', today(now, 18, 30), now, {
      priority: 'high', cause: 'mis-scan', policy: 'Call back low scores', score: { kind: 'nps', value: 4 },
      history: [
        { at: now - DAY, by: 'Call back low scores', change: null },
        { at: now - 20 * HOUR, by: me.name, change: { field: 'priority', value: 'high' } },
        { at: now - 2 * HOUR, by: 'Amir Saïdi', change: { field: 'cause', value: 'mis-scan' } },
        { at: now - HOUR, by: me.name, change: { field: 'note', value: 'Prefers a call after six, not a message.' } },
      ],
      note: 'Prefers a call after six, not a message.',
    }),
    loop('fu-2', 'Take back the store’s refusal of R-118', today(now, 19), now, { ...amir, cause: 'store-rule', score: { kind: 'ces', value: 2 } }, amirRow),
    loop('fu-3', 'Switch on delivery messages for Léa', today(now, 20), now, { cause: 'no-notice' }, { delivery: { state: 'saved' }, changed: ['cause'] }),
    loop('fu-4', 'Tell Sofia which dimmer suits the lamp', today(now, 9) + DAY, now, { customer: 'cu-sofia', customer_name: 'Sofia Jansen', conversation: 'c-sofia' }),
    loop('fu-5', 'Check that the refund reached the bank', today(now, 9) + DAY, now, {
      customer: 'cu-nina', customer_name: 'Nina Petrov', conversation: null, status: 'waiting', cause: 'refund-delay', score: { kind: 'csat', value: 2 },
    }),
    loop('fu-6', 'Send the new size guide and an exchange label', today(now, 10) + 2 * DAY, now, {
      customer: 'cu-omar', customer_name: 'Omar Khan', conversation: 'c-omar', cause: 'size-guide',
    }),
    loop('fu-7', 'Thank Priya for her praise and ask whether we may share it', today(now, 11) + 3 * DAY, now, {
      customer: 'cu-priya', customer_name: 'Priya Nair', conversation: null, priority: 'low', score: { kind: 'nps', value: 10 },
    }),
    loop('fu-8', 'Answer the letter about the cracked vase', today(now, 16) + 4 * DAY, now, {
      ...amir, customer: 'cu-long', customer_name: 'Maximiliane Annegret Freifrau von Hohenstein-Wittgenstein zu Berleburg', conversation: null,
    }, amirRow),
    loop('fu-9', 'Refund the delivery fee of 48-1902', now - 2 * DAY, now, {
      status: 'done', outcome: 'Fee refunded the same day; customer was pleased.', customer: 'cu-sofia', customer_name: 'Sofia Jansen',
    }),
    loop('fu-10', 'Bring back the second cushion', now - 5 * DAY - 30 * MINUTE, now, { status: 'done', outcome: 'Delivered by courier.' }),
  ];
}
