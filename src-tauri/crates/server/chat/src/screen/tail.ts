/** What stands after the last line: the place in the queue, who is writing, how it ended. */
import { initials, plain } from '../text';
import type { Words } from '../words';
import { h, say, show } from './dom';
import { icon } from './icons';

export type TailCard =
  | { is: 'queue'; position: number | null }
  | { is: 'left' }
  | { is: 'ended' }
  | { is: 'thanks' }
  | { is: 'blocked'; text: string };

export interface TailView {
  readonly card: TailCard | null;
  /** Who is writing. */
  readonly typing: string | null;
}

export class Tail {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #title = h('p', { class: 'tail-title' });
  readonly #text = h('p', { class: 'tail-text' });
  readonly #card: HTMLElement;
  readonly #typing: HTMLElement;
  readonly #typist = h('span', { class: 'round small', 'aria-hidden': 'true' });
  readonly #typistName = h('span', { class: 'sr' });
  readonly #mark = h('span', { class: 'tail-mark' });
  #marked = '';

  constructor(words: Words) {
    this.#words = words;
    this.#card = h('div', { class: 'tail-card', hidden: true }, this.#mark, h('div', {}, this.#title, this.#text));
    this.#typing = h(
      'div',
      { class: 'line theirs last typing', hidden: true },
      this.#typist,
      h('div', { class: 'stack' }, h('div', { class: 'body dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'))),
      this.#typistName,
    );
    this.element = h('div', { class: 'tail' }, this.#typing, this.#card);
  }

  update(view: TailView): void {
    show(this.#typing, view.typing !== null);
    if (view.typing !== null) {
      say(this.#typist, initials(view.typing));
      say(this.#typistName, this.#words.typing(plain(view.typing)));
    }
    const { card } = view;
    show(this.#card, card !== null);
    if (card === null) return;
    this.#card.className = `tail-card ${card.is}`;
    const [title, text] = this.#told(card);
    say(this.#title, title);
    say(this.#text, text);
    show(this.#text, text !== '');
    this.#drawMark(card.is);
  }

  /** The words of a card, also for those who listen. */
  spoken(card: TailCard | null): string {
    return card === null ? '' : this.#told(card).filter((part) => part !== '').join('. ');
  }

  #told(card: TailCard): [string, string] {
    const { queueHint, waiting, leftTitle, leftText, endedTitle, endedText, thanks, thanksText } = this.#words;
    switch (card.is) {
      case 'queue':
        if (card.position === null) return [waiting, queueHint];
        return [card.position <= 1 ? this.#words.next : this.#words.before(card.position - 1), queueHint];
      case 'left':
        return [leftTitle, leftText];
      case 'ended':
        return [endedTitle, endedText];
      case 'thanks':
        return [thanks, `${thanksText} ${endedText}`];
      case 'blocked':
        return [card.text, ''];
    }
  }

  #drawMark(is: TailCard['is']): void {
    if (is === this.#marked) return;
    this.#marked = is;
    if (is === 'queue') this.#mark.replaceChildren(h('span', { class: 'pulse', 'aria-hidden': 'true' }));
    else this.#mark.replaceChildren(icon(is === 'blocked' ? 'alert' : 'check', 18));
  }
}
