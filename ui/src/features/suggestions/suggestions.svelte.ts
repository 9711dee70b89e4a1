// What may help with the answer that is being written. The desk tells what fits the conversation; while something is
// typed, it is asked again for what fits those words.

import { call } from '../../ipc/call';
import type { Suggestion } from '../../ipc/types';
import type { OpenConversation } from '../../live/opened.svelte';

const AFTER = 140;

export class SuggestionsState {
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly open: OpenConversation) {}

  /** The words typed so far changed. */
  typed(text: string): void {
    clearTimeout(this.#timer);
    const words = text.trim();
    if (words === '') {
      this.#asked += 1;
      this.open.forDraft = null;
      return;
    }
    this.#timer = setTimeout(() => void this.#ask(text), AFTER);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Waves one away: it is of no use here. */
  async refuse(suggestion: Suggestion): Promise<void> {
    this.open.drop(suggestion.id);
    try {
      await call('suggest.refuse', { id: this.open.id, suggestion: suggestion.id });
    } catch {
      // It is gone from here; that it was of no use will be seen again.
    }
  }

  async #ask(text: string): Promise<void> {
    const asked = ++this.#asked;
    try {
      const items = await call('suggest.for_draft', { id: this.open.id, text });
      if (asked !== this.#asked) return;
      this.open.draftAsked = text;
      this.open.forDraft = items;
    } catch {
      // Help that does not come is not worth a word.
    }
  }
}
