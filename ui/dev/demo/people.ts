// The team of the demo: an invented shop with stores and parcels. All names, words and numbers here are made up.

import type { Colleague, Person, Presence, PresenceState, Role, Workspace } from '../../src/ipc/types';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function person(id: string, name: string, role: Role = 'advisor'): Person {
  return { id, name, role, team: 'care', skills: ['en', 'fr'], queues: ['delivery', 'returns', 'care'], active: true, version: 1 };
}

export function presence(id: string, state: PresenceState, since: number, load: number, more: Partial<Presence> = {}): Presence {
  return {
    person: id, state, reason: null, since, finishing: false, wrapping_up: false,
    channels: [
      { channel: 'chat', open: state !== 'offline', load, capacity: 3 },
      { channel: 'form', open: state !== 'offline', load: 0, capacity: 5 },
      { channel: 'voice', open: state !== 'offline', load: 0, capacity: 1 },
    ],
    ...more,
  };
}

export const me = person('p-ines', 'Inès Kaddour', 'supervisor');

export function colleagues(now: number): Colleague[] {
  return [
    { person: person('p-amir', 'Amir Saïdi'), presence: presence('p-amir', 'available', now - 4 * MINUTE, 1) },
    { person: person('p-chloe', 'Chloé Dumas'), presence: presence('p-chloe', 'busy', now - 38_000, 3, { wrapping_up: true }) },
    { person: person('p-jonas', 'Jonas Weber'), presence: presence('p-jonas', 'away', now - 11 * MINUTE, 0, { reason: 'lunch' }) },
    { person: person('p-wilhelmina', 'Wilhelmina van der Westhuizen-Oosterbeek'), presence: null },
  ];
}

export const workspace: Workspace = {
  id: 'alba', name: 'Maison Alba · Care', sites: ['https://www.maison-alba.example'], default_queue: 'care',
  queue: [
    { id: 'delivery', name: 'Delivery', skills: [], priority: 2, ring_s: 30, first_reply_s: 120, next_reply_s: 180, wrap_up_s: 90, nudge_s: 300, park_s: 900, abandon_s: 120, reopen_s: 86_400, hours: null, calls: { number: '4801', voicemail: true, call_back_s: 120, record: true } },
    { id: 'returns', name: 'Returns', skills: [], priority: 1, ring_s: 30, first_reply_s: 180, next_reply_s: 240, wrap_up_s: 90, nudge_s: 300, park_s: 900, abandon_s: 120, reopen_s: 86_400, hours: null, calls: { number: '4802', voicemail: true, call_back_s: 120, record: true } },
    { id: 'care', name: 'Product care', skills: [], priority: 0, ring_s: 45, first_reply_s: 300, next_reply_s: 300, wrap_up_s: 60, nudge_s: 300, park_s: 900, abandon_s: 120, reopen_s: 86_400, hours: null, calls: null },
    { id: 'bank', name: 'Alba Card', skills: ['bank'], priority: 3, ring_s: 25, first_reply_s: 60, next_reply_s: 120, wrap_up_s: 120, nudge_s: 300, park_s: 900, abandon_s: 120, reopen_s: 86_400, hours: null, calls: null },
  ],
  capacity: [{ channel: 'chat', at_once: 3 }, { channel: 'form', at_once: 5 }, { channel: 'voice', at_once: 1 }],
  reason: [
    { id: 'parcel-missing', name: 'Parcel not received', mark: 'irritant' },
    { id: 'no-notice', name: 'No delivery notice', mark: 'irritant' },
    { id: 'refund-late', name: 'Refund is late', mark: 'irritant' },
    { id: 'store-refusal', name: 'Store refused a return', mark: 'irritant' },
    { id: 'size', name: 'Size or exchange', mark: null },
    { id: 'advice', name: 'Advice before buying', mark: 'opportunity' },
    { id: 'praise', name: 'Praise', mark: 'satisfaction' },
    { id: 'card-lost', name: 'Lost card', mark: null },
    { id: 'account', name: 'Account and sign-in', mark: null },
    { id: 'other', name: 'Something else', mark: null },
  ],
  disposition: [
    { id: 'solved', name: 'Solved now' },
    { id: 'promised', name: 'Promised, follow-up made' },
    { id: 'refunded', name: 'Refunded' },
    { id: 'passed-on', name: 'Passed on' },
    { id: 'no-answer', name: 'Customer went silent' },
  ],
  cause: [
    { id: 'no-notice', name: 'No delivery notice' },
    { id: 'mis-scan', name: 'Wrong scan at the depot' },
    { id: 'store-rule', name: 'Return rule unclear in store' },
    { id: 'refund-delay', name: 'Refund delay' },
    { id: 'size-guide', name: 'Size guide wrong' },
  ],
  break: [
    { id: 'lunch', name: 'Lunch' }, { id: 'pause', name: 'Short break' }, { id: 'training', name: 'Training' }, { id: 'meeting', name: 'Meeting' },
  ],
  score_rule: [{ queue: null, reason: null, ask: 'csat' }],
  follow_up_rule: [{ name: 'Call back low scores', score: 'csat', at_most: 2, title: 'Call the customer back', due_in_hours: 24 }],
  persona: [],
};
