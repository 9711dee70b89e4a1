/**
 * Which of several tabs sends. The one that the person uses takes the turn; where the browser knows no locks, every
 * tab sends, and the ids keep that from doubling anything.
 */
export class Turn {
  readonly #name: string;
  readonly #changed: (mine: boolean) => void;
  #mine = false;
  #waiting: AbortController | null = null;

  constructor(name: string, changed: (mine: boolean) => void) {
    this.#name = name;
    this.#changed = changed;
  }

  /** Waits until no other tab has the turn. */
  wait(): void {
    if (this.#mine || this.#waiting !== null || this.#lockless()) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#hold(navigator.locks.request(this.#name, { signal: waiting.signal }, () => this.#have()), waiting);
  }

  /** Takes the turn from whichever tab has it: the person is here. */
  take(): void {
    if (this.#mine || this.#lockless()) return;
    this.#waiting?.abort();
    this.#waiting = null;
    this.#hold(navigator.locks.request(this.#name, { steal: true }, () => this.#have()), null);
  }

  #lockless(): boolean {
    if ('locks' in navigator) return false;
    this.#set(true);
    return true;
  }

  #have(): Promise<never> {
    this.#waiting = null;
    this.#set(true);
    return new Promise(() => {});
  }

  /** The lock is held until the page goes or another tab takes it. */
  #hold(held: Promise<unknown>, waiting: AbortController | null): void {
    held.catch((error: unknown) => {
      if (waiting?.signal.aborted === true) return;
      this.#waiting = null;
      // Locks may be forbidden in a frame of another site: then nobody has the turn, and everybody sends.
      const taken = error instanceof DOMException && error.name === 'AbortError';
      this.#set(!taken);
      if (taken) this.wait();
    });
  }

  #set(mine: boolean): void {
    if (mine === this.#mine) return;
    this.#mine = mine;
    this.#changed(mine);
  }
}
