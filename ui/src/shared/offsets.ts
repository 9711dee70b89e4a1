// How far down each row of a long list begins, when some rows were measured and the others are guessed. Sums are kept
// up to the first row that changed, so that a new line at the end costs the same in a long list as in a short one.

export class Offsets {
  #sizes = new Map<string, number>();
  #starts: number[] = [0];
  #valid = 0;
  #count = 0;

  constructor(
    private readonly keyAt: (index: number) => string,
    private readonly guess: number,
  ) {}

  get count(): number {
    return this.#count;
  }

  /** The list has `count` rows now, and everything from index `from` on may be another row than before. */
  changed(count: number, from: number): void {
    this.#count = count;
    this.#valid = Math.min(this.#valid, from, count);
    if (this.#sizes.size > 2_000 && this.#sizes.size > 3 * count) this.#forgetGone();
  }

  /** Rows that left the list take their sizes with them: a long shift must not cost more than a short one. */
  #forgetGone(): void {
    const kept = new Map<string, number>();
    for (let i = 0; i < this.#count; i += 1) {
      const key = this.keyAt(i);
      const size = this.#sizes.get(key);
      if (size !== undefined) kept.set(key, size);
    }
    this.#sizes = kept;
  }

  /**
   * A row was measured; true when it is of another size than thought. One that is not laid out, because its page is not in
   * front, has no size: what was known of it stays.
   */
  measure(index: number, size: number): boolean {
    if (size === 0) return false;
    const key = this.keyAt(index);
    const old = this.#sizes.get(key);
    if (old === size) return false;
    this.#sizes.set(key, size);
    this.#valid = Math.min(this.#valid, index);
    return true;
  }

  size(index: number): number {
    return this.#sizes.get(this.keyAt(index)) ?? this.guess;
  }

  /** Where row `index` begins; for `count`, where the last one ends. */
  start(index: number): number {
    const to = Math.min(index, this.#count);
    for (let i = this.#valid; i < to; i += 1) {
      this.#starts[i + 1] = (this.#starts[i] ?? 0) + this.size(i);
    }
    if (to > this.#valid) this.#valid = to;
    return this.#starts[to] ?? 0;
  }

  get total(): number {
    return this.start(this.#count);
  }

  /** The row at `y`. */
  indexAt(y: number): number {
    if (this.#count === 0) return 0;
    void this.total;
    let low = 0;
    let high = this.#count - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
