// The end of a contact: how it ended and why they wrote. One key each, and a clock that says how long it takes.

import type { ProposedFollowUp } from '../../ipc/types';
import { clock } from '../../live/clock.svelte';
import type { Desk } from '../../live/desk.svelte';
import type { OpenConversation } from '../../live/opened.svelte';
import { w } from '../../words/words.svelte';

const DAY = 24 * 60 * 60 * 1000;

export class WrapUpState {
  busy = $state(false);
  #added = $state.raw<ReadonlySet<string>>(new Set());

  constructor(
    private readonly desk: Desk,
    private readonly open: OpenConversation,
  ) {}

  get outcomes() {
    return this.desk.team.workspace.disposition;
  }

  async choose(id: string): Promise<void> {
    const outcome = this.outcomes.find((one) => one.id === id);
    if (!outcome || this.busy) return;
    this.busy = true;
    const tried = await this.desk.attempt('conversation.wrap_up', { id: this.open.id, disposition: id });
    this.busy = false;
    if (!tried.done) return;
    const conversation = this.open.id;
    this.desk.notices.say(w().wrapUp.doneToast(outcome.name), {
      tone: 'good',
      undo: () => void this.desk.attempt('conversation.reopen', { id: conversation }),
    });
  }

  /** What was promised and is not written down yet. */
  get promised(): readonly ProposedFollowUp[] {
    const known = this.open.customer.follow_ups.map((row) => row.follow_up.title);
    return (this.open.reading?.wrap_up.follow_ups ?? []).filter((one) => !this.#added.has(one.title) && !known.includes(one.title));
  }

  /** The outcome that the words speak for. */
  get proposed(): string | null {
    return this.open.reading?.wrap_up.disposition ?? null;
  }

  /** Writes a promise down as a loop to close. */
  async add(promise: ProposedFollowUp): Promise<void> {
    const tried = await this.desk.attempt('follow_up.add', {
      customer: this.open.header.customer, conversation: this.open.id, title: promise.title, owner: null, due: promise.due ?? clock.now + DAY, priority: 'normal', cause: null,
    });
    if (tried.done) this.#added = new Set(this.#added).add(promise.title);
  }

  async setReason(reason: string | null): Promise<void> {
    await this.desk.attempt('conversation.reason', { id: this.open.id, reason });
  }
}
