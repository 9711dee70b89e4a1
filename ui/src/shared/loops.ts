// The fields of a loop, and a value of one as a person reads it: the desk sends moments and names as it keeps them. What
// comes out may be a customer's own words.

import type { AttentionRow, FollowUpChange, NotSentWhy, Priority } from '../ipc/types';
import { w } from '../words/words.svelte';
import { dueName, hourMinute, shortDate } from './time';

export type Field = FollowUpChange['field'];

/** Two changes of one field, of which the advisor chooses. */
export type Clash = Extract<NotSentWhy, { why: 'conflict' }>;

export const TITLE_CHARS = 300;
export const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high'];

/** Who and what the names in a value stand for. */
export interface Names {
  personName: (id: string) => string | undefined;
  cause: (id: string | null) => string | undefined;
}

const TEXTS: readonly Field[] = ['title', 'outcome', 'note'];

/** Fields whose value is a text: two of them can become one. */
export function isText(field: Field): boolean {
  return TEXTS.includes(field);
}

/** The conflict that a change of it came into, if that is why it was not sent. */
export function clashOf({ delivery }: AttentionRow): Clash | null {
  return delivery.state === 'not_sent' && delivery.why.why === 'conflict' ? delivery.why : null;
}

export function valueOf(change: FollowUpChange, names: Names, now: number): string {
  switch (change.field) {
    case 'due': return dueName(change.value, now);
    case 'status': return w().loop.status[change.value];
    case 'priority': return w().loop.priorities[change.value];
    case 'owner': return names.personName(change.value) ?? change.value;
    case 'cause': return change.value === null ? w().followUps.emptied : (names.cause(change.value) ?? change.value);
    default: return change.value === null || change.value === '' ? w().followUps.emptied : change.value;
  }
}

/** The same for a text that is kept: no `today` in it, which is another day tomorrow. */
export function lastingValue(change: FollowUpChange, names: Names, now: number): string {
  return change.field === 'due' ? `${shortDate(change.value, now)} ${hourMinute(change.value)}` : valueOf(change, names, now);
}
