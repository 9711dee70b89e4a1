/** One line that tells the truth about the connection, when there is something to tell. */
import { h, say, show } from './dom';
import { icon } from './icons';

export class Banner {
  readonly element: HTMLElement;
  readonly #text = h('span');

  constructor() {
    this.element = h('div', { class: 'banner', hidden: true }, icon('alert', 16), this.#text);
  }

  update(text: string | null): void {
    show(this.element, text !== null);
    if (text !== null) say(this.#text, text);
  }
}
