// What did not go through, and what becomes of it. Nothing is thrown away until the advisor says so.

import type { AttentionRow } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { dueName } from '../../shared/time';
import { w } from '../../words/words.svelte';

export class AttentionState {
  open = $state(false);

  constructor(private readonly desk: Desk) {}

  get rows(): readonly AttentionRow[] {
    return this.desk.attention.rows;
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
    const tried = await this.desk.attempt('attention.discard', { id: row.id });
    if (tried.done) this.desk.notices.say(w().attention.discarded);
  }

  /** A value of a field as a person reads it: the desk sends moments and names as it keeps them. */
  value(text: string, now: number): string {
    if (text === '') return w().attention.nothing;
    if (/^\d{12,14}$/.test(text)) return dueName(Number(text), now);
    const status = w().loop.status as Record<string, string>;
    const priorities = w().loop.priorities as Record<string, string>;
    return this.desk.team.personName(text) ?? this.desk.team.cause(text) ?? status[text] ?? priorities[text] ?? text;
  }

  show(row: AttentionRow): void {
    if (!row.conversation) return;
    this.open = false;
    void this.desk.show(row.conversation);
  }
}
