// What was said last in the conversation of the chosen loop. It is read from this computer, so it is there offline too;
// reading it opens nothing and marks nothing as read.

import { call } from '../../ipc/call';
import type { TimelineItem } from '../../ipc/types';

/** So many of the last lines. */
const LINES = 3;
/** Behind the last line of any conversation. */
const NEWEST = 2 ** 31 - 1;
/** Arrows run over many loops; only the one where they rest is read. */
const REST = 120;

export class Said {
  /** Messages and notes, newest first, like the history beside them; nothing while they are not known. */
  lines = $state.raw<readonly TimelineItem[] | null>(null);
  /** Whether the last word is the company's; nothing when nobody said anything. */
  answered = $state<boolean | null>(null);
  #shown: string | null = null;

  /** Follows a conversation, or none; the answer ends that. */
  follow(id: string | null): () => void {
    if (id !== this.#shown) this.#set(null);
    this.#shown = id;
    if (id === null) return () => undefined;
    const timer = setTimeout(() => void this.#read(id), REST);
    return () => clearTimeout(timer);
  }

  async #read(id: string): Promise<void> {
    // What cannot be read is left out: the way to the whole conversation says why.
    const timeline = await call('conversation.earlier', { id, before: NEWEST }).catch(() => null);
    if (id === this.#shown) this.#set(timeline?.items ?? null);
  }

  #set(items: readonly TimelineItem[] | null): void {
    const spoken = items?.filter((item) => item.kind !== 'activity') ?? null;
    const last = spoken?.findLast((item) => item.kind === 'message');
    this.lines = spoken?.slice(-LINES).reverse() ?? null;
    this.answered = last ? last.side === 'me' || last.side === 'colleague' : null;
  }
}

/** The words of a line on one line: what hides shows its code, a link is only its text. */
export function wordsOf(item: TimelineItem): string {
  return item.parts.map((part) => (part.part === 'hidden' ? `[${part.code}]` : part.part === 'mention' ? `@${part.name}` : part.text)).join('').slice(0, 400);
}
