// What can be done with the open conversation. Each step that ends or gives away something can be taken back where the
// service allows it, and says so.

import type { MayBe, Receiver } from '../../ipc/types';
import { clock } from '../../live/clock.svelte';
import type { Desk } from '../../live/desk.svelte';
import type { OpenConversation } from '../../live/opened.svelte';
import { dueName } from '../../shared/time';
import { w } from '../../words/words.svelte';

export type Panel = 'transfer' | 'snooze' | 'reason' | 'more' | 'end' | 'block' | 'link' | null;

export class ConversationState {
  panel = $state<Panel>(null);
  handOverShown = $state(false);
  /** Resolve was asked for while an answer stands unsent; the same keys again mean it. */
  #askedWithText = 0;

  constructor(
    private readonly desk: Desk,
    private readonly now: () => number = () => clock.exact(),
  ) {}

  get open(): OpenConversation | null {
    return this.desk.open;
  }

  /** It is the reader's and can be worked on. */
  get mine(): boolean {
    const header = this.open?.header;
    return header !== undefined && header.mine && (header.state === 'active' || header.state === 'snoozed');
  }

  /** A call of it goes on: it is handed over with the call, and is over when that is. */
  get onCall(): boolean {
    return this.open !== null && this.desk.phone.goesOn(this.open.id);
  }

  get canResolve(): boolean {
    return this.mine && !this.onCall;
  }

  get canReopen(): boolean {
    const header = this.open?.header;
    return header !== undefined && (header.state === 'resolved' || (header.state === 'wrap_up' && header.mine));
  }

  async resolve(): Promise<void> {
    const open = this.open;
    if (!open || !this.canResolve) return;
    if (open.draft.reply.trim() !== '' && this.now() - this.#askedWithText > 4_000) {
      this.#askedWithText = this.now();
      this.desk.notices.say(w().conversation.unsentGuard);
      return;
    }
    this.#askedWithText = 0;
    const { id } = open;
    if (!(await this.desk.attempt('conversation.resolve', { id })).done) return;
    this.desk.notices.say(w().conversation.resolvedToast, { tone: 'good', undo: () => void this.desk.attempt('conversation.reopen', { id }) });
  }

  async reopen(): Promise<void> {
    if (this.open && this.canReopen) await this.desk.attempt('conversation.reopen', { id: this.open.id });
  }

  async snooze(until: number): Promise<void> {
    const open = this.open;
    if (!open) return;
    const { id } = open;
    if (!(await this.desk.attempt('conversation.snooze', { id, until })).done) return;
    this.desk.notices.say(w().conversation.snoozedToast(dueName(until, this.now())), {
      undo: () => void this.desk.attempt('conversation.wake', { id }),
    });
  }

  async wake(): Promise<void> {
    if (this.open) await this.desk.attempt('conversation.wake', { id: this.open.id });
  }

  async transfer(receiver: Receiver, name: string, note: string): Promise<boolean> {
    if (!this.open) return false;
    const tried = await this.desk.attempt('conversation.transfer', { id: this.open.id, receiver, note: note.trim() === '' ? null : note });
    if (tried.done) this.desk.notices.say(w().conversation.transferredToast(name), { tone: 'good' });
    return tried.done;
  }

  async setReason(reason: string | null): Promise<void> {
    const open = this.open;
    if (!open || open.header.reason === reason) return;
    await this.desk.attempt('conversation.reason', { id: open.id, reason });
  }

  async end(why: string, block: boolean): Promise<boolean> {
    if (!this.open) return false;
    const { id } = this.open;
    const customer = this.open.header.customer;
    const tried = await this.desk.attempt('conversation.end', { id, block, why: why.trim() });
    if (tried.done) {
      this.desk.notices.say(block ? w().conversation.blockedToast : w().conversation.endedToast, {
        undo: () => {
          if (block) void this.desk.attempt('customer.unblock', { id: customer });
          void this.desk.attempt('conversation.reopen', { id });
        },
      });
    }
    return tried.done;
  }

  async link(to: Pick<MayBe, 'customer' | 'name'>): Promise<boolean> {
    if (!this.open) return false;
    const { id } = this.open;
    const tried = await this.desk.attempt('conversation.link', { id, customer: to.customer });
    if (tried.done) {
      this.desk.notices.say(w().conversation.linkedToast, { tone: 'good', about: to.name, undo: () => void this.desk.attempt('conversation.unlink', { id }) });
    }
    return tried.done;
  }

  async unlink(): Promise<void> {
    if (!this.open) return;
    const tried = await this.desk.attempt('conversation.unlink', { id: this.open.id });
    if (tried.done) this.desk.notices.say(w().conversation.unlinkedToast);
  }

  async unblock(): Promise<void> {
    const customer = this.open?.customer.customer;
    if (!customer) return;
    const tried = await this.desk.attempt('customer.unblock', { id: customer.id });
    if (tried.done) this.desk.notices.say(w().customer.unblocked, { tone: 'good', about: customer.name });
  }

  // Own lines that are on their way ------------------------------------------------------------------------------

  async undoSend(id: string): Promise<void> {
    const open = this.open;
    if (!open) return;
    await open.draft.flush();
    const tried = await this.desk.attempt('message.undo', { id });
    if (!tried.done) return;
    open.timeline.apply({ op: 'remove', id });
    open.draft.replace(tried.output);
    this.desk.notices.say(w().delivery.takenBack);
  }

  /** A line that waits for the line can be taken back too. */
  get canTakeBack(): boolean {
    return this.mine;
  }

  async sendNow(id: string): Promise<void> {
    await this.desk.attempt('message.send_now', { id });
  }

  async retry(id: string): Promise<void> {
    await this.desk.attempt('attention.retry', { id });
  }

  async edit(id: string): Promise<void> {
    await this.open?.draft.flush();
    const tried = await this.desk.attempt('attention.edit', { id });
    if (tried.done && tried.output) await this.desk.show(tried.output);
  }

  async discard(id: string): Promise<void> {
    await this.desk.attempt('attention.discard', { id });
  }
}
