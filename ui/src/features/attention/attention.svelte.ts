// What is not with the service: what waits for the line, and what waits for a decision. Nothing is thrown away until
// the advisor says so.

import type { AttentionRow, Choice, NotSentWhy } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { w } from '../../words/words.svelte';

/** Words that can be taken back to where they were written. */
const WRITTEN: readonly string[] = ['reply', 'note'];

export class AttentionState {
  open = $state(false);

  constructor(private readonly desk: Desk) {}

  /** What the advisor must decide, the oldest first. */
  get decide(): readonly AttentionRow[] {
    return this.desk.attention.rows.filter((row) => row.delivery.state === 'not_sent');
  }

  /** What goes out by itself, in the order in which it was done. */
  get waiting(): readonly AttentionRow[] {
    return this.desk.attention.rows.filter((row) => row.delivery.state !== 'not_sent');
  }

  why(row: AttentionRow): NotSentWhy | null {
    return row.delivery.state === 'not_sent' ? row.delivery.why : null;
  }

  /** Somebody else has it, or it is not there: to try again would be refused again. */
  isTaken(row: AttentionRow): boolean {
    const why = this.why(row)?.why;
    return why === 'not_yours' || why === 'gone';
  }

  /** There is nothing in it that could be sent. */
  isOnlyRead(row: AttentionRow): boolean {
    const why = this.why(row)?.why;
    return why === 'other_version' || why === 'damaged';
  }

  canRetry(row: AttentionRow): boolean {
    return row.delivery.state === 'not_sent' && !this.isTaken(row) && !this.isOnlyRead(row);
  }

  canEdit(row: AttentionRow): boolean {
    return WRITTEN.includes(row.what) && row.delivery.state !== 'sending' && !this.isTaken(row);
  }

  /** What is on its way at this moment cannot be held back. */
  canDiscard(row: AttentionRow): boolean {
    return row.delivery.state !== 'sending';
  }

  /** Where it can be looked at. */
  canShow(row: AttentionRow): boolean {
    return !this.isTaken(row) && (row.follow_up !== null || row.conversation !== null);
  }

  /** Why the words cannot be given to whoever has it now; empty: they can. */
  noHandOver(row: AttentionRow, now: number): string {
    if (row.hand_over_until === null || row.hand_over_until < now) return w().attention.handOverLate;
    return this.desk.needsLine;
  }

  async retry(row: AttentionRow): Promise<void> {
    await this.desk.attempt('attention.retry', { id: row.id });
  }

  /** Takes it back to where it was written, and goes there. */
  async edit(row: AttentionRow): Promise<void> {
    await this.desk.open?.draft.flush();
    const tried = await this.desk.attempt('attention.edit', { id: row.id });
    if (!tried.done) return;
    this.open = false;
    if (tried.output) await this.desk.show(tried.output);
  }

  async discard(row: AttentionRow): Promise<void> {
    const waited = row.delivery.state !== 'not_sent';
    const tried = await this.desk.attempt('attention.discard', { id: row.id });
    if (tried.done && row.what !== 'work_file') this.desk.notices.say(waited ? w().attention.takenBack : w().attention.discarded);
  }

  async handOver(row: AttentionRow): Promise<void> {
    const tried = await this.desk.attempt('attention.hand_over', { id: row.id });
    if (tried.done) this.desk.notices.say(w().attention.handedOver, { tone: 'good' });
  }

  /** Settles a conflict. It can be taken back: then both stand there again. */
  async settle(row: AttentionRow, choice: Choice): Promise<void> {
    const { id } = row;
    const tried = await this.desk.attempt('follow_up.settle', { id, choice });
    if (tried.done) {
      this.desk.notices.say(w().conflict.kept[choice.keep], {
        tone: 'good', about: row.text, undo: () => void this.desk.attempt('follow_up.unsettle', { id }),
      });
    }
  }

  show(row: AttentionRow): void {
    this.open = false;
    if (row.follow_up !== null) this.desk.showFollowUp(row.follow_up);
    else if (row.conversation !== null) void this.desk.show(row.conversation);
  }
}
