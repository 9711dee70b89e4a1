// Finding: on this computer with every key, in the whole workspace when asked.

import { asFailure } from '../../ipc/failure';
import { call } from '../../ipc/call';
import type { Failure, SearchRow } from '../../ipc/types';

export class SearchState {
  rows = $state.raw<readonly SearchRow[]>([]);
  /** The words that `rows` belong to. */
  found = $state('');
  everywhere = $state<'not_asked' | 'asking' | 'done'>('not_asked');
  failure = $state.raw<Failure | null>(null);
  #asked = 0;

  /** Looks on this computer. An answer that was overtaken by newer words is dropped. */
  async find(text: string): Promise<void> {
    const asked = ++this.#asked;
    this.everywhere = 'not_asked';
    this.failure = null;
    const words = text.trim();
    if (words.length < 2) {
      this.rows = [];
      this.found = words;
      return;
    }
    try {
      const results = await call('search.find', { text: words });
      if (asked !== this.#asked) return;
      this.rows = results.rows;
      this.found = words;
    } catch (thrown) {
      if (asked === this.#asked) this.failure = asFailure(thrown);
    }
  }

  async findEverywhere(text: string): Promise<void> {
    const asked = ++this.#asked;
    this.everywhere = 'asking';
    this.failure = null;
    try {
      const results = await call('search.everywhere', { text: text.trim() });
      if (asked !== this.#asked) return;
      this.rows = results.rows;
      this.everywhere = 'done';
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.everywhere = 'not_asked';
      this.failure = asFailure(thrown);
    }
  }

  clear(): void {
    this.#asked += 1;
    this.rows = [];
    this.found = '';
    this.everywhere = 'not_asked';
    this.failure = null;
  }
}
