// The lines of the open conversation: those with a place, in their order, and after them those that are on their way.
//
// A busy conversation changes many times a second, so the array is changed in place and a counter says that it did.
// What is shown reads `tick`; nobody may hold the array across a change.

import type { Patch, Timeline as Stretch, TimelineItem } from '../ipc/types';

/** While the reader follows the newest line, no more than this many are held; older ones are on the disk. */
const HELD = 600;
const KEPT = 300;

export class Timeline {
  earlier = $state(false);
  #tick = $state(0);
  #rows: TimelineItem[] = [];
  #placed = 0;
  #byId = new Map<string, TimelineItem>();
  #changedFrom = 0;

  constructor(stretch: Stretch) {
    this.#fill(stretch.items);
    this.earlier = stretch.earlier;
  }

  /** Changes whenever a line does. Reading it is what makes a screen follow. */
  get tick(): number {
    return this.#tick;
  }

  get count(): number {
    void this.#tick;
    return this.#rows.length;
  }

  at(index: number): TimelineItem | undefined {
    void this.#tick;
    return this.#rows[index];
  }

  get(id: string): TimelineItem | undefined {
    void this.#tick;
    return this.#byId.get(id);
  }

  get rows(): readonly TimelineItem[] {
    void this.#tick;
    return this.#rows;
  }

  /** The highest place among the lines; 0 when there is none. */
  get lastPlace(): number {
    void this.#tick;
    return this.#rows[this.#placed - 1]?.n ?? 0;
  }

  get firstPlace(): number | null {
    void this.#tick;
    return this.#placed > 0 ? (this.#rows[0]?.n ?? null) : null;
  }

  /** The lines with a place above `n`, newest last. */
  after(n: number): readonly TimelineItem[] {
    void this.#tick;
    let from = this.#placed;
    while (from > 0 && (this.#rows[from - 1]?.n ?? 0) > n) from -= 1;
    return this.#rows.slice(from, this.#placed);
  }

  /** The lowest index that changed since this was asked last, so that a list measures only what is new. */
  takeChangedFrom(): number {
    const from = this.#changedFrom;
    this.#changedFrom = this.#rows.length;
    return from;
  }

  indexOf(id: string): number {
    const row = this.#byId.get(id);
    if (!row) return -1;
    return row.n === null ? this.#rows.indexOf(row, this.#placed) : this.#find(row.n);
  }

  apply(patch: Patch<TimelineItem>): void {
    if (patch.op === 'reset') {
      this.#reset(patch.items, patch.items.filter((row) => row.n !== null).length < patch.total);
    } else if (patch.op === 'upsert') {
      this.#upsert(patch.item);
    } else {
      this.#drop(patch.id);
    }
    this.#tick += 1;
  }

  /** The newest stretch again. */
  renew(stretch: Stretch): void {
    this.#reset(stretch.items, stretch.earlier);
    this.#tick += 1;
  }

  /** Puts older lines before the first one. Lines that are there already are left alone. */
  prepend(stretch: Stretch): void {
    const first = this.firstPlace;
    const older = stretch.items.filter((row) => row.n !== null && (first === null || row.n < first));
    this.#rows.unshift(...older);
    this.#placed += older.length;
    for (const row of older) this.#byId.set(row.id, row);
    this.earlier = stretch.earlier;
    this.#changedFrom = 0;
    this.#tick += 1;
  }

  /** Lets go of old lines while nobody looks at them. They come back when the reader scrolls up. */
  letGoOfOld(): void {
    if (this.#placed <= HELD) return;
    const gone = this.#rows.splice(0, this.#placed - KEPT);
    for (const row of gone) this.#byId.delete(row.id);
    this.#placed -= gone.length;
    this.earlier = true;
    this.#changedFrom = 0;
    this.#tick += 1;
  }

  #fill(items: readonly TimelineItem[]): void {
    const placed = items.filter((row) => row.n !== null).sort((a, b) => (a.n ?? 0) - (b.n ?? 0));
    this.#rows = [...placed, ...items.filter((row) => row.n === null)];
    this.#placed = placed.length;
    this.#byId = new Map(this.#rows.map((row) => [row.id, row]));
    this.#changedFrom = 0;
  }

  /** A slow window gets one of these instead of a backlog. What was read further up stays when nothing is missing. */
  #reset(items: readonly TimelineItem[], more: boolean): void {
    const first = items.find((row) => row.n !== null)?.n ?? null;
    const held = this.#rows.slice(0, this.#placed).filter((row) => first !== null && (row.n ?? 0) < first);
    const joins = held.length > 0 && first !== null && held.at(-1)?.n === first - 1;
    const earlier = this.earlier;
    this.#fill(joins ? [...held, ...items] : items);
    this.earlier = joins ? earlier : more;
  }

  #upsert(row: TimelineItem): void {
    const old = this.#byId.get(row.id);
    if (old && old.n === row.n) {
      this.#replace(this.indexOf(row.id), row);
      return;
    }
    if (old) this.#drop(row.id);
    if (row.n === null) {
      this.#insert(this.#rows.length, row);
      return;
    }
    const at = this.#find(row.n);
    const there = this.#rows[at];
    if (at < this.#placed && there?.n === row.n) {
      // The same place under another id: the place is the log's, so the newer word wins.
      this.#byId.delete(there.id);
      this.#replace(at, row);
      return;
    }
    // A change of a line that is older than what is held: it will be read from the disk when somebody scrolls there.
    if (at === 0 && this.#placed > 0 && this.earlier) return;
    this.#insert(at, row);
    this.#placed += 1;
  }

  #replace(at: number, row: TimelineItem): void {
    this.#rows[at] = row;
    this.#byId.set(row.id, row);
    this.#changedFrom = Math.min(this.#changedFrom, at);
  }

  #insert(at: number, row: TimelineItem): void {
    if (at === this.#rows.length) this.#rows.push(row);
    else this.#rows.splice(at, 0, row);
    this.#byId.set(row.id, row);
    this.#changedFrom = Math.min(this.#changedFrom, at);
  }

  #drop(id: string): void {
    const at = this.indexOf(id);
    if (at < 0) return;
    if (at < this.#placed) this.#placed -= 1;
    this.#rows.splice(at, 1);
    this.#byId.delete(id);
    this.#changedFrom = Math.min(this.#changedFrom, at);
  }

  /** The index of the line with place `n`, or where it belongs. */
  #find(n: number): number {
    const last = this.#rows[this.#placed - 1];
    if (!last || (last.n ?? 0) < n) return this.#placed;
    let low = 0;
    let high = this.#placed;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#rows[middle]?.n ?? 0) < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
