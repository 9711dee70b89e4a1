// A keyed list that is fed by patches and kept in one order. Taking the same patch twice changes nothing more.
//
// The order is the desk's own rule, written once per list: a patch says which row changed, never where it stands.
// A published array is never changed again, so a screen may hold it, compare it and derive from it.

import type { Patch } from '../ipc/types';

export type Order<T> = (a: T, b: T) => number;

export class Keyed<T> {
  #rows = $state.raw<readonly T[]>([]);
  #total = $state(0);
  readonly #byKey = new Map<string, T>();

  constructor(
    private readonly key: (row: T) => string,
    private readonly order: Order<T>,
  ) {}

  get rows(): readonly T[] {
    return this.#rows;
  }

  /** How many there are in all; more than `rows` when the desk shows a window of them. */
  get total(): number {
    return this.#total;
  }

  get(key: string): T | undefined {
    void this.#rows;
    return this.#byKey.get(key);
  }

  reset(items: readonly T[], total = items.length): void {
    this.#byKey.clear();
    for (const row of items) this.#byKey.set(this.key(row), row);
    this.#rows = [...this.#byKey.values()].sort(this.order);
    this.#total = Math.max(total, this.#byKey.size);
  }

  apply(patch: Patch<T>): void {
    if (patch.op === 'reset') this.reset(patch.items, patch.total);
    else if (patch.op === 'upsert') this.#upsert(patch.item);
    else this.#remove(patch.id);
  }

  #upsert(row: T): void {
    const key = this.key(row);
    const old = this.#byKey.get(key);
    const next = this.#rows.slice();
    if (old !== undefined) {
      const at = this.#indexOf(old);
      this.#byKey.set(key, row);
      if (this.#fits(next, at, row)) {
        next[at] = row;
        this.#rows = next;
        return;
      }
      next.splice(at, 1);
    } else {
      this.#byKey.set(key, row);
      this.#total += 1;
    }
    next.splice(this.#place(next, row), 0, row);
    this.#rows = next;
  }

  #remove(key: string): void {
    const old = this.#byKey.get(key);
    if (old === undefined) return;
    const at = this.#indexOf(old);
    this.#byKey.delete(key);
    this.#rows = this.#rows.toSpliced(at, 1);
    this.#total = Math.max(this.#byKey.size, this.#total - 1);
  }

  /** Whether `row` may stand at `at` without a move. */
  #fits(rows: readonly T[], at: number, row: T): boolean {
    const before = rows[at - 1];
    const after = rows[at + 1];
    return (
      (before === undefined || this.order(before, row) <= 0) && (after === undefined || this.order(row, after) <= 0)
    );
  }

  #place(rows: readonly T[], row: T): number {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.order(rows[middle] as T, row) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #indexOf(row: T): number {
    return this.#rows.indexOf(row);
  }
}

/** Orders by the first of several rules that tells two rows apart. */
export function by<T>(...rules: ((row: T) => number | string)[]): Order<T> {
  return (a, b) => {
    for (const rule of rules) {
      const left = rule(a);
      const right = rule(b);
      if (left === right) continue;
      if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : 1;
      return (left as number) - (right as number);
    }
    return 0;
  };
}
