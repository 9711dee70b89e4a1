/**
 * The page that embeds the chat. Messages go to the origin that it named and are taken only from there and only from
 * the window around us; which sites may embed at all is said by the service (`frame-ancestors`).
 */
import { signedOf } from './address';
import { type Shelf, toldShelf } from './shelf';
import type { SignedIdentity } from './types';

/** What the chat tells the page around it. No words of people. */
export type ToHost =
  /** The chat listens. */
  | { loopdesk: 1; is: 'ready' }
  /** So many lines are not read; `going` when there is a chat to come back to. */
  | { loopdesk: 1; is: 'news'; unread: number; going: boolean }
  /** The customer wants it closed. */
  | { loopdesk: 1; is: 'close' }
  /** The browser gives the frame no storage: keep this for the visit. */
  | { loopdesk: 1; is: 'keep'; what: Kept; text: string | null };

/** What the page around it tells the chat. */
export type FromHost =
  | { loopdesk: 1; is: 'shown'; shown: boolean }
  | { loopdesk: 1; is: 'identify'; signed: SignedIdentity | null }
  /** What it was asked to keep. */
  | { loopdesk: 1; is: 'kept'; memo: string | null; rows: string | null };

export type Kept = 'memo' | 'rows';

/** A page that does not answer keeps nothing. */
const ANSWER = 2_000;

export class Host {
  readonly #origin: string;
  /** Whether the page around us shows the chat. */
  shown = false;
  #last = '';
  readonly #kept: Promise<Record<Kept, string | null>>;
  readonly #shelves = new Map<Kept, Shelf>();

  constructor(origin: string, shown: () => void, identify: (signed: SignedIdentity | null) => void) {
    this.#origin = origin;
    let answered: (kept: Record<Kept, string | null>) => void = () => undefined;
    this.#kept = new Promise((resolve) => {
      answered = resolve;
      setTimeout(() => resolve({ memo: null, rows: null }), ANSWER);
    });
    addEventListener('message', (event: MessageEvent<unknown>) => {
      if (event.source !== parent || event.origin !== origin) return;
      const told = fromHost(event.data);
      if (told?.is === 'shown') {
        this.shown = told.shown;
        shown();
      } else if (told?.is === 'identify') identify(told.signed);
      else if (told?.is === 'kept') answered({ memo: told.memo, rows: told.rows });
    });
    this.#tell({ loopdesk: 1, is: 'ready' });
  }

  news(unread: number, going: boolean): void {
    const text = `${unread} ${going}`;
    if (text === this.#last) return;
    this.#last = text;
    this.#tell({ loopdesk: 1, is: 'news', unread, going });
  }

  /** A place in the page around us, for a frame that may keep nothing itself. */
  async shelf(what: Kept): Promise<Shelf> {
    const kept = await this.#kept;
    // One shelf for all: the first content is old as soon as something was written.
    const shelf =
      this.#shelves.get(what) ?? toldShelf(kept[what], (text) => this.#tell({ loopdesk: 1, is: 'keep', what, text }));
    this.#shelves.set(what, shelf);
    return shelf;
  }

  close(): void {
    this.#tell({ loopdesk: 1, is: 'close' });
  }

  #tell(message: ToHost): void {
    parent.postMessage(message, this.#origin);
  }
}

function fromHost(data: unknown): FromHost | null {
  if (typeof data !== 'object' || data === null || !('loopdesk' in data) || data.loopdesk !== 1) return null;
  if (!('is' in data)) return null;
  if (data.is === 'shown' && 'shown' in data) return { loopdesk: 1, is: 'shown', shown: data.shown === true };
  if (data.is === 'identify' && 'signed' in data) {
    return { loopdesk: 1, is: 'identify', signed: signedOf(data.signed) };
  }
  if (data.is === 'kept' && 'memo' in data && 'rows' in data) {
    const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
    return { loopdesk: 1, is: 'kept', memo: text(data.memo), rows: text(data.rows) };
  }
  return null;
}
