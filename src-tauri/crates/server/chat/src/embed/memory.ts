import type { Kept } from '../host';

/** What this visit of the site remembers from page to page: open or not, and whether a chat goes on. */
interface Remembered {
  readonly open: boolean;
  readonly going: boolean;
}

export class Memory {
  readonly #key: string;
  #now: Remembered;

  constructor(workspace: string) {
    this.#key = `loopdesk:${workspace}`;
    this.#now = { open: false, going: false };
    try {
      const [open, going] = (sessionStorage.getItem(this.#key) ?? '').split(' ');
      this.#now = { open: open === 'open', going: going === 'going' };
    } catch {
      // No storage for this site: remembered until the page goes.
    }
  }

  /** For a frame that the browser gives no storage of its own: its chat lives as long as this visit. */
  kept(what: Kept): string | null {
    try {
      return sessionStorage.getItem(`${this.#key}:${what}`);
    } catch {
      return null;
    }
  }

  keep(what: Kept, text: string | null): void {
    try {
      if (text === null) sessionStorage.removeItem(`${this.#key}:${what}`);
      else sessionStorage.setItem(`${this.#key}:${what}`, text);
    } catch {
      // No room, or no storage for the site either.
    }
  }

  get(): Remembered {
    return this.#now;
  }

  set(change: Partial<Remembered>): void {
    this.#now = { ...this.#now, ...change };
    try {
      const { open, going } = this.#now;
      sessionStorage.setItem(this.#key, `${open ? 'open' : 'closed'} ${going ? 'going' : 'over'}`);
    } catch {
      // As above.
    }
  }
}
