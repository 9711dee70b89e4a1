// The end of a contact: how it ended and why they wrote. One key each, and a clock that says how long it takes.

import type { Desk } from '../../live/desk.svelte';
import type { OpenConversation } from '../../live/opened.svelte';
import { w } from '../../words/words.svelte';

export class WrapUpState {
  busy = $state(false);

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

  async setReason(reason: string | null): Promise<void> {
    await this.desk.attempt('conversation.reason', { id: this.open.id, reason });
  }
}
