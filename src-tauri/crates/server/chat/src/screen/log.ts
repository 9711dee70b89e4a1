/** The lines, in order, with days between them. Each keeps its element; only what changed is touched. */
import type { Entry } from '../entries';
import type { Times } from '../times';
import type { Words } from '../words';
import { Bubble, type LineActions } from './bubble';
import { h, say } from './dom';
import type { Files } from './files';

/** So close to the end that somebody reads along, in pixels. */
const NEAR = 48;

export class Log {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #times: Times;
  readonly #files: Files;
  readonly #actions: LineActions;
  readonly #bubbles = new Map<string, Bubble>();
  readonly #days = new Map<string, HTMLElement>();

  constructor(words: Words, times: Times, files: Files, actions: LineActions) {
    this.#words = words;
    this.#times = times;
    this.#files = files;
    this.#actions = actions;
    this.element = h('div', { class: 'log', role: 'log', 'aria-label': words.log });
  }

  update(entries: readonly Entry[], now: number): void {
    const wanted = new Set(entries.map((entry) => entry.key));
    for (const held of [this.#bubbles, this.#days]) {
      for (const key of held.keys()) if (!wanted.has(key)) this.#remove(key);
    }
    let before: Element | null = null;
    for (const entry of entries) {
      const element = entry.is === 'day' ? this.#day(entry.key, this.#times.day(entry.at, now)) : this.#bubble(entry);
      const place: Element | null = before === null ? this.element.firstElementChild : before.nextElementSibling;
      if (place !== element) this.element.insertBefore(element, place);
      before = element;
    }
  }

  #bubble(entry: Extract<Entry, { is: 'line' }>): HTMLElement {
    const held = this.#bubbles.get(entry.key);
    if (held !== undefined) {
      held.update(entry);
      return held.element;
    }
    const bubble = new Bubble(entry, this.#words, this.#times, this.#files, this.#actions);
    this.#bubbles.set(entry.key, bubble);
    return bubble.element;
  }

  #day(key: string, text: string): HTMLElement {
    const held = this.#days.get(key) ?? h('p', { class: 'day' });
    this.#days.set(key, held);
    say(held, text);
    return held;
  }

  #remove(key: string): void {
    this.#bubbles.get(key)?.element.remove();
    this.#bubbles.delete(key);
    this.#days.get(key)?.remove();
    this.#days.delete(key);
  }
}

/** Keeps the end in view while somebody reads there, and leaves them alone while they read further up. */
export class Reading {
  readonly #scroll: HTMLElement;
  #following = true;

  constructor(scroll: HTMLElement, moved: () => void) {
    this.#scroll = scroll;
    scroll.addEventListener('scroll', () => {
      this.#following = this.#near();
      moved();
    });
    new ResizeObserver(() => this.settle()).observe(scroll);
    // Pictures and answers that grow below must not push the newest line out of view.
    for (const child of scroll.children) new ResizeObserver(() => this.settle()).observe(child);
  }

  get atEnd(): boolean {
    return this.#following;
  }

  /** To the end, because the customer wrote or asked for it. */
  toEnd(): void {
    this.#following = true;
    this.settle();
  }

  settle(): void {
    if (this.#following) this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  #near(): boolean {
    return this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < NEAR;
  }
}
