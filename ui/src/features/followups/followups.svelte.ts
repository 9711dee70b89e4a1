// The page of loops: which list, which one is chosen, and its fields.

import type { AttentionRow, FollowUpChange, FollowUpRow, FollowUpScope, HistoryEntry, ScoreBrief } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { clashOf, valueOf, type Field } from '../../shared/loops';
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
  /** What of each loop needs a decision, the oldest first. */
  readonly #troubles = $derived.by(() => {
    const byLoop = new Map<string, AttentionRow[]>();
    for (const row of this.desk.attention.rows) {
      if (row.follow_up === null || row.delivery.state !== 'not_sent') continue;
      byLoop.set(row.follow_up, [...(byLoop.get(row.follow_up) ?? []), row]);
    }
    return byLoop;
  });

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

  /** Chooses one, in whichever list it stands. */
  async goTo(id: string): Promise<void> {
    const first = this.scope;
    for (const scope of [first, ...SCOPES.filter((one) => one !== first)]) {
      await this.show(scope);
      const row = this.desk.followUps.list.get(id);
      if (row) return this.choose(row);
    }
    await this.show(first);
    this.desk.notices.say(w().failure.gone, { tone: 'bad' });
  }

  troubles(id: string): readonly AttentionRow[] {
    return this.#troubles.get(id) ?? [];
  }

  /** Whether two changed this field, and it is not settled. */
  inConflict(id: string, field: Field): boolean {
    return this.troubles(id).some((row) => clashOf(row)?.mine.field === field);
  }

  /** What its changes are about to become, in a word; nothing when all is with the service. */
  mark(row: FollowUpRow): { words: string; tone: 'warn' | 'bad' } | null {
    const troubles = this.troubles(row.follow_up.id);
    if (troubles.some((one) => clashOf(one))) return { words: w().followUps.conflict, tone: 'bad' };
    if (troubles.length > 0 || row.delivery?.state === 'not_sent') return { words: w().loop.notSent, tone: 'bad' };
    if (row.changed.length > 0) return { words: w().followUps.changedHere, tone: 'warn' };
    return row.delivery?.state === 'saved' ? { words: w().loop.savedHere, tone: 'warn' } : null;
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
    return { words: `${entry.by} · ${words.field[change.field]}${w().app.colon}`, value: valueOf(change, this.desk.team, now) };
  }
}

/** An answer that a loop goes back to: `score 4/10`. */
export function scoreName(score: ScoreBrief): string {
  const of = { nps: 10, csat: 5, ces: 7 }[score.kind];
  return `${w().followUps.answerTo[score.kind]} ${score.value}/${of}`;
}
