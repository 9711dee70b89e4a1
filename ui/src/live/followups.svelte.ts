// The list of follow-ups that is shown, and how many there are.

import { call } from '../ipc/call';
import type { FollowUpCounts, FollowUpRow, FollowUpScope } from '../ipc/types';
import { by, Keyed } from './keyed.svelte';

export class FollowUps {
  counts = $state.raw<FollowUpCounts>({ mine: 0, due: 0, team: 0, waiting: 0 });
  scope = $state<FollowUpScope | null>(null);
  /** The one that was asked for from another page; the page takes it. */
  wanted = $state<string | null>(null);
  /** False until the list of this scope is there, so that "nothing to do" is never shown too early. */
  loaded = $state(false);
  readonly list = new Keyed<FollowUpRow>(
    (row) => row.follow_up.id,
    (a, b) => (this.scope === 'done' ? latestFirst(a, b) : dueFirst(a, b)),
  );
  #asked = 0;

  /** Shows one of the lists, or none; from then on its changes arrive by themselves. */
  async show(scope: FollowUpScope | null): Promise<void> {
    const asked = ++this.#asked;
    this.scope = scope;
    this.loaded = false;
    this.list.reset([]);
    const rows = await call('follow_up.show', { scope });
    if (asked !== this.#asked) return;
    this.list.reset(rows);
    this.loaded = scope !== null;
  }
}

const dueFirst = by<FollowUpRow>((row) => row.follow_up.due, (row) => row.follow_up.id);
const latestFirst = by<FollowUpRow>((row) => -row.follow_up.due, (row) => row.follow_up.id);
