/**
 * Small things that the browser remembers for one workspace: the visitor's token, what they typed as name and
 * e-mail, the draft, and how far they have read.
 */
import type { Shelf } from './shelf';

export interface Memo {
  token: string | null;
  /** The signed account that the token belongs to, when one did. */
  account: string | null;
  name: string;
  email: string;
  draft: string;
  /** How far they have read, and in which conversation. */
  seenIn: string | null;
  seenUpto: number;
}

const EMPTY: Memo = { token: null, account: null, name: '', email: '', draft: '', seenIn: null, seenUpto: 0 };

export class MemoBook {
  readonly #shelf: Shelf;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  get(): Readonly<Memo> {
    const text = this.#shelf.read();
    if (text === null) return EMPTY;
    try {
      const kept: unknown = JSON.parse(text);
      return typeof kept === 'object' && kept !== null ? { ...EMPTY, ...kept } : EMPTY;
    } catch {
      return EMPTY;
    }
  }

  /** Another tab may have written meanwhile: only what is given here is changed. */
  set(change: Partial<Memo>): void {
    this.#shelf.write(JSON.stringify({ ...this.get(), ...change }));
  }

  forget(): void {
    this.#shelf.write(null);
  }
}
