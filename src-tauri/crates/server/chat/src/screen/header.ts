/** The top: who we are and how the chat stands, in one line. */
import { initials, plain } from '../text';
import type { Words } from '../words';
import { h, say, show } from './dom';
import { icon } from './icons';

export type Light = 'good' | 'busy' | 'off';

export interface HeaderView {
  readonly workspace: string;
  readonly advisor: string | null;
  readonly status: string;
  readonly light: Light;
}

export class Header {
  readonly element: HTMLElement;
  readonly #round = h('span', { class: 'round', 'aria-hidden': 'true' });
  readonly #title = h('h1', { dir: 'auto' });
  readonly #dot = h('span', { class: 'dot', 'aria-hidden': 'true' });
  readonly #status = h('span');

  constructor(words: Words, close: (() => void) | null) {
    const button = h(
      'button',
      { class: 'icon', type: 'button', 'aria-label': words.close, title: words.close, on: { click: () => close?.() } },
      icon('close'),
    );
    show(button, close !== null);
    this.element = h(
      'header',
      {},
      this.#round,
      h('div', { class: 'titles' }, this.#title, h('p', { class: 'status' }, this.#dot, this.#status)),
      button,
    );
  }

  update(view: HeaderView): void {
    say(this.#title, plain(view.workspace));
    say(this.#round, initials(view.advisor ?? view.workspace));
    say(this.#status, view.status);
    this.#dot.className = `dot ${view.light}`;
  }
}
