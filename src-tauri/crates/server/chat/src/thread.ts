/**
 * What the service told us: the lines and how the chat stands. Lines are known by their id, so taking the same one
 * twice changes nothing. It never holds what has not been sent yet; that is the outbox.
 */
import type { ChatLine, ChatRow, ChatState } from './types';

/** A line and the conversation it belongs to, counted from the first one that this browser had. */
export interface ThreadLine {
  readonly line: ChatLine;
  readonly era: number;
}

export class Thread {
  #lines: ThreadLine[] = [];
  #places = new Map<string, number>();
  #state: ChatState | null = null;
  #era = 0;
  /** The conversation that the current era belongs to, once a state said so. */
  #eraOf: string | null = null;

  get lines(): readonly ThreadLine[] {
    return this.#lines;
  }

  get state(): ChatState | null {
    return this.#state;
  }

  /** The era of the newest conversation: `n` counts only within it. */
  get era(): number {
    return this.#era;
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  /** The highest `n` of a line that somebody else wrote in the newest conversation. */
  get newest(): number {
    let newest = 0;
    for (const { line, era } of this.#lines) {
      if (era === this.#era && line.from.from !== 'me' && line.n > newest) newest = line.n;
    }
    return newest;
  }

  /** Forgets everything: the service will tell it again. */
  forget(): void {
    this.#lines = [];
    this.#places.clear();
    this.#state = null;
    this.#era = 0;
    this.#eraOf = null;
  }

  apply(row: ChatRow): void {
    if (row.type === 'line') this.#takeLine(row.row);
    else this.takeState(row.row);
  }

  /** Also used for the state in the answer to `start`, which comes before the stream is up. */
  takeState(state: ChatState): void {
    const held = this.#state;
    if (held !== null && held.conversation === state.conversation && held.version > state.version) return;
    if (this.#eraOf !== null && this.#eraOf !== state.conversation) this.#era += 1;
    this.#eraOf = state.conversation;
    this.#state = state;
  }

  #takeLine(line: ChatLine): void {
    const place = this.#places.get(line.id);
    const held = place === undefined ? undefined : this.#lines[place];
    if (place !== undefined && held !== undefined) {
      this.#lines[place] = { line, era: held.era };
      return;
    }
    const last = this.#lines.at(-1);
    // Numbers only grow within a conversation, so a smaller one begins another.
    if (last !== undefined && last.era === this.#era && line.n <= last.line.n) {
      this.#era += 1;
      this.#eraOf = null;
    }
    this.#places.set(line.id, this.#lines.length);
    this.#lines.push({ line, era: this.#era });
  }
}
