// The page of loops: which list, which one is chosen, and its fields.

import type { FollowUpChange, FollowUpRow, FollowUpScope, HistoryEntry, Priority, ScoreBrief } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { dueName } from '../../shared/time';
import { w } from '../../words/words.svelte';
import { Loops } from './loop.svelte';

export const SCOPES: readonly FollowUpScope[] = ['mine', 'team', 'waiting', 'done'];

/** So many rows more come into the page at a time. */
const STRETCH = 200;

export class FollowUpsState {
  readonly loops: Loops;
  chosen = $state<string | null>(null);
  #limit = $state(STRETCH);
  /** The one that was chosen, kept while it leaves the list, so that what one reads does not vanish. */
  #kept = $state.raw<FollowUpRow | null>(null);

  constructor(private readonly desk: Desk) {
    this.loops = new Loops(desk);
  }

  get scope(): FollowUpScope {
    return this.desk.followUps.scope ?? 'mine';
  }

  get rows(): readonly FollowUpRow[] {
    return this.desk.followUps.list.rows;
  }

  /** Those that are in the page. */
  get shown(): readonly FollowUpRow[] {
    return this.rows.slice(0, this.#limit);
  }

  /** How many more would come. */
  get more(): number {
    return Math.min(STRETCH, Math.max(0, this.rows.length - this.#limit));
  }

  showMore(): void {
    this.#limit += STRETCH;
  }

  get row(): FollowUpRow | null {
    if (this.chosen === null) return null;
    return this.desk.followUps.list.get(this.chosen) ?? this.#kept;
  }

  async show(scope: FollowUpScope): Promise<void> {
    this.chosen = null;
    this.#kept = null;
    this.#limit = STRETCH;
    try {
      await this.desk.followUps.show(scope);
    } catch {
      this.desk.notices.say(w().failure.fault, { tone: 'bad' });
    }
    this.choose(this.rows[0] ?? null);
  }

  leave(): void {
    void this.desk.followUps.show(null).catch(() => undefined);
  }

  choose(row: FollowUpRow | null): void {
    this.chosen = row?.follow_up.id ?? null;
    this.#kept = row;
  }

  count(scope: FollowUpScope): number | null {
    const { counts } = this.desk.followUps;
    return { mine: counts.mine, team: counts.team, waiting: counts.waiting, done: null }[scope];
  }

  async toggle(): Promise<void> {
    const row = this.row;
    if (!row) return;
    this.#kept = row;
    await this.loops.toggle(row.follow_up);
  }

  async change(change: FollowUpChange): Promise<void> {
    const row = this.row;
    if (!row) return;
    this.#kept = row;
    await this.loops.change(row.follow_up.id, change);
  }

  async openConversation(): Promise<void> {
    const loop = this.row?.follow_up;
    if (!loop) return;
    if (loop.conversation) {
      await this.desk.show(loop.conversation);
      return;
    }
    const tried = await this.desk.attempt('customer.open', { id: loop.customer });
    if (!tried.done) return;
    if (tried.output) await this.desk.show(tried.output);
    else this.desk.notices.say(w().followUps.noConversation);
  }

  /** One entry of the history, in words. The value may be a customer's own words. */
  history(entry: HistoryEntry, now: number): { words: string; value: string } {
    const words = w().followUps;
    const { change } = entry;
    if (!change) return { words: this.row?.follow_up.policy === entry.by ? words.madeByRule(entry.by) : words.made(entry.by), value: '' };
    return { words: `${entry.by} · ${words.field[change.field]}${w().app.colon}`, value: this.#value(change, now) };
  }

  #value(change: FollowUpChange, now: number): string {
    switch (change.field) {
      case 'due': return dueName(change.value, now);
      case 'status': return w().loop.status[change.value];
      case 'priority': return w().loop.priorities[change.value];
      case 'owner': return this.desk.team.personName(change.value) ?? change.value;
      case 'cause': return change.value === null ? w().followUps.emptied : (this.desk.team.cause(change.value) ?? change.value);
      default: return change.value === null || change.value === '' ? w().followUps.emptied : change.value;
    }
  }
}

/** An answer that a loop goes back to: `score 4/10`. */
export function scoreName(score: ScoreBrief): string {
  const of = { nps: 10, csat: 5, ces: 7 }[score.kind];
  return `${w().followUps.answerTo[score.kind]} ${score.value}/${of}`;
}

export const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high'];
