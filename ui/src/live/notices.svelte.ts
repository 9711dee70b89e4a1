// Short things to read once. Each goes away by itself; one that can be undone stays long enough to do so, and stays
// while the reader's pointer or focus is on it.

import type { Failure } from '../ipc/types';
import { w } from '../words/words.svelte';

export interface Notice {
  id: number;
  tone: 'plain' | 'good' | 'bad';
  /** Already in the reader's language. */
  text: string;
  /** Something of the customer's that the text speaks of; shown safely after it. */
  about: string;
  undo?: () => void;
  open?: { label: string; run: () => void };
}

type Extra = Partial<Omit<Notice, 'id' | 'text'>>;

const STAYS = 5_000;
const STAYS_WITH_CHOICE = 10_000;
const AT_ONCE = 4;

export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  say(text: string, extra: Extra = {}): number {
    const notice: Notice = { tone: 'plain', about: '', ...extra, id: this.#next++, text };
    // The same words again replace the old ones: five of a kind tell no more than one.
    const rest = this.list.filter((old) => old.text !== text || old.about !== notice.about);
    for (const old of this.list) if (!rest.includes(old)) this.#forget(old.id);
    const kept = rest.slice(-(AT_ONCE - 1));
    for (const old of rest) if (!kept.includes(old)) this.#forget(old.id);
    this.list = [...kept, notice];
    this.release(notice.id);
    return notice.id;
  }

  /** Says why something did not work, in the reader's words. */
  fail(failure: Failure, doing = ''): void {
    const why = w().failure[failure.code];
    const text = [doing, why, failure.detail].filter((part) => part !== '').join(' ');
    this.say(text, { tone: 'bad' });
  }

  drop(id: number): void {
    this.#forget(id);
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Keeps it while the reader is on it. */
  hold(id: number): void {
    this.#forget(id);
  }

  release(id: number): void {
    const notice = this.list.find((one) => one.id === id);
    if (!notice) return;
    this.#forget(id);
    const stays = notice.undo || notice.open || notice.tone === 'bad' ? STAYS_WITH_CHOICE : STAYS;
    this.#timers.set(id, setTimeout(() => this.drop(id), stays));
  }

  /** Undoes the newest thing that can be undone; false when there is none. */
  undoLatest(): boolean {
    const notice = this.list.findLast((one) => one.undo);
    if (!notice) return false;
    this.drop(notice.id);
    notice.undo?.();
    return true;
  }

  get canUndo(): boolean {
    return this.list.some((one) => one.undo);
  }

  #forget(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
