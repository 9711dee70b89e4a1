// The left side: answering offers, taking what waits, going from one conversation to the next.

import type { ConversationRow, Header, OfferRow, WaitingRow } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { w } from '../../words/words.svelte';

const SETTLES = 350;

/** Whether an advisor may take it by themselves. A call rings at whoever it is offered to, and nowhere else. */
export function canBeTaken(row: WaitingRow): boolean {
  return !row.offered && row.channel !== 'voice';
}

export class QueueState {
  /** Conversations that were asked for and not given yet: no second click goes out. */
  taking = $state.raw<ReadonlySet<string>>(new Set());
  /** Something has just come or changed places. */
  settling = $state(false);
  #settled: ReturnType<typeof setTimeout> | undefined;
  /** Where each offer and each that waits stood last, and when it came to stand there. */
  #places = new Map<string, { place: number; since: number }>();

  /** `taken` is told when somebody new is the advisor's and stands on the screen: what they want next is to answer. */
  constructor(
    private readonly desk: Desk,
    private readonly taken: () => void = () => {},
  ) {}

  /** What can be taken stands like this now. */
  stand(): void {
    const now = performance.now();
    const above = this.offers.length * 1_000 + this.yours.length;
    const places = new Map<string, { place: number; since: number }>();
    let moved = false;
    const put = (id: string, place: number) => {
      const old = this.#places.get(id);
      const stays = old?.place === place;
      places.set(id, stays ? old : { place, since: now });
      moved ||= !stays;
    };
    this.offers.forEach((row, i) => put(row.id, i));
    this.waiting.forEach((row, i) => put(row.id, above + i));
    this.#places = places;
    if (!moved) return;
    this.settling = true;
    clearTimeout(this.#settled);
    this.#settled = setTimeout(() => (this.settling = false), SETTLES);
  }

  /**
   * Whether a click can be meant for what stands there now; one made by a key always is. Nobody aims in a third of a
   * second: what came to stand under the pointer since then was not what they saw.
   */
  meant(event: MouseEvent, id: string): boolean {
    return event.detail === 0 || performance.now() - (this.#places.get(id)?.since ?? 0) >= SETTLES;
  }

  /** Somebody holds a telephone to their ear: calls stand before what is written. */
  get offers(): readonly OfferRow[] {
    const { rows } = this.desk.queue.offers;
    return [...rows.filter((row) => row.channel === 'voice'), ...rows.filter((row) => row.channel !== 'voice')];
  }

  get yours(): readonly ConversationRow[] {
    return this.desk.queue.yours.rows;
  }

  get waiting(): readonly WaitingRow[] {
    return this.desk.queue.waiting.rows;
  }

  /** Since when the one that waits longest has waited. */
  get longest(): number | null {
    return this.waiting.reduce<number | null>((least, row) => (least === null ? row.waiting_since : Math.min(least, row.waiting_since)), null);
  }

  async accept(id: string): Promise<void> {
    if (!(await this.#once(id, 'offer.accept'))) return;
    await this.desk.show(id);
    this.taken();
  }

  async decline(id: string): Promise<void> {
    await this.#once(id, 'offer.decline');
  }

  /** Takes one that waits: shown at once when it is the advisor's. */
  async take(id: string): Promise<void> {
    if (await this.#once(id, 'offer.accept')) {
      this.desk.notices.say(w().conversation.takenToast, { tone: 'good' });
      await this.desk.show(id);
      this.taken();
    }
  }

  /** The one that is open and waits, else the one that stands first. */
  takeNext(): void {
    const id = this.#open?.id ?? this.waiting.find(canBeTaken)?.id;
    if (id) void this.take(id);
  }

  get canTake(): boolean {
    return this.#open !== undefined || this.waiting.some(canBeTaken);
  }

  /** The one that is open, as long as it waits and can be taken. */
  get #open(): Header | undefined {
    const open = this.desk.open?.header;
    return open?.state === 'waiting' && open.channel !== 'voice' ? open : undefined;
  }

  step(by: 1 | -1): void {
    const rows = this.yours;
    if (rows.length === 0) return;
    const at = rows.findIndex((row) => row.id === this.desk.selected);
    const to = at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length;
    void this.desk.show(rows[to]?.id ?? null);
  }

  /** The next one that owes an answer, after the one that is open. */
  nextOwed(): void {
    const rows = this.yours.filter((row) => row.promise);
    const at = rows.findIndex((row) => row.id === this.desk.selected);
    const next = rows[(at + 1) % rows.length];
    if (next) void this.desk.show(next.id);
  }

  async #once(id: string, name: 'offer.accept' | 'offer.decline'): Promise<boolean> {
    if (this.taking.has(id)) return false;
    this.taking = new Set(this.taking).add(id);
    const tried = await this.desk.attempt(name, { id });
    const rest = new Set(this.taking);
    rest.delete(id);
    this.taking = rest;
    return tried.done;
  }
}

/** How much of a promise is left, 1 to 0, and how pressing that is. */
export function promiseLeft(from: number, due: number, now: number): { left: number; tone: 'good' | 'warn' | 'bad' } {
  const whole = Math.max(1, due - from);
  const left = Math.min(1, Math.max(0, (due - now) / whole));
  return { left, tone: now >= due ? 'bad' : left <= 0.34 ? 'warn' : 'good' };
}
