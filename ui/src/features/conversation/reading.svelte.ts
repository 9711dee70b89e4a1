// What the reader has read, and where they stand. Both are told to the desk: the first when the newest lines are in
// sight of somebody who looks, the second when the reader comes to rest.

import { call } from '../../ipc/call';
import type { OpenConversation } from '../../live/opened.svelte';

const REST = 400;

export class Reading {
  atEnd = $state(true);
  /** Lines that came in below while the reader was further up. */
  below = $state(0);
  /** The line after which the unread divider stands; nothing: no divider. */
  dividerAfter = $state<number | null>(null);
  #told = 0;
  #line: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly open: OpenConversation,
    /** Whether somebody looks at the window. */
    private readonly looking: () => boolean,
  ) {
    const last = open.timeline.lastPlace;
    this.dividerAfter = this.#hasUnread(open.readWhenOpened, last) ? open.readWhenOpened : null;
  }

  /** The reader moved, or the lines did. */
  moved(topLine: string | null, atEnd: boolean): void {
    if (this.atEnd !== atEnd) this.atEnd = atEnd;
    if (atEnd) {
      if (this.below !== 0) this.below = 0;
      this.read();
      this.open.timeline.letGoOfOld();
    }
    if (topLine === this.#line) return;
    this.#line = topLine;
    this.#timer ??= setTimeout(() => this.flush(), REST);
  }

  /** New lines came in. */
  arrived(lines: number): void {
    if (this.looking() && this.atEnd) {
      this.read();
      return;
    }
    if (!this.atEnd) this.below += lines;
    this.dividerAfter ??= Math.max(this.open.header.read_upto, this.#told);
  }

  /** The reader answered: what stood above is behind them. */
  answered(): void {
    this.dividerAfter = null;
  }

  /** Tells that the newest line was read, when somebody looks at it and it is theirs to read. */
  read(): void {
    const { header, timeline } = this.open;
    const upto = timeline.lastPlace;
    if (!header.mine || !this.looking() || upto <= header.read_upto || upto <= this.#told) return;
    this.#told = upto;
    void call('conversation.read', { id: this.open.id, upto }).catch(() => (this.#told = 0));
  }

  /** Writes down where the reader stands. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void call('conversation.reading_at', { id: this.open.id, line: this.#line }).catch(() => undefined);
  }

  #hasUnread(readUpto: number, last: number): boolean {
    if (last <= readUpto) return false;
    return this.open.timeline.after(readUpto).some((row) => row.side === 'customer');
  }
}
