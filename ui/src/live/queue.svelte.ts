// The left side: what is held out, what is the advisor's, what waits. The orders are the ones the desk promises.

import type { ConversationRow, Home, OfferRow, WaitingRow } from '../ipc/types';
import { by, Keyed } from './keyed.svelte';

/** Those that owe an answer first, by the time it is due; then the others, newest first; then those put aside. */
function rank(row: ConversationRow): number {
  if (row.state === 'snoozed') return 2;
  return row.promise ? 0 : 1;
}

export class Queue {
  readonly offers = new Keyed<OfferRow>(
    (row) => row.id,
    by((row) => row.from, (row) => row.id),
  );
  readonly yours = new Keyed<ConversationRow>(
    (row) => row.id,
    by(
      rank,
      (row) => (row.state === 'snoozed' ? (row.snoozed_until ?? 0) : row.promise ? row.promise.due : -row.last_at),
      (row) => row.id,
    ),
  );
  readonly waiting = new Keyed<WaitingRow>(
    (row) => row.id,
    by((row) => -row.priority, (row) => row.waiting_since, (row) => row.id),
  );

  fill(home: Home): void {
    this.offers.reset(home.offers);
    this.yours.reset(home.yours);
    this.waiting.reset(home.waiting);
  }
}
