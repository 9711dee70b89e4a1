/** One line of the log. It stays the same element from "sending" to "seen", so that nothing jumps or is read twice. */
import type { LineEntry, LineStatus } from '../entries';
import { initials, plain } from '../text';
import type { Times } from '../times';
import type { Words } from '../words';
import { type Files, fileList } from './files';
import { h, personal, say, show } from './dom';
import { type IconName, icon } from './icons';

export interface LineActions {
  again(id: string): void;
  discard(id: string): void;
}

/** Longer than this, a line is folded. */
const FOLD = 3_000;

const icons: Record<LineStatus, IconName> = { waiting: 'clock', sending: 'clock', sent: 'check', seen: 'checks', refused: 'alert' };

export class Bubble {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #files: Files;
  readonly #time = h('time');
  readonly #status = h('span', { class: 'state' });
  readonly #actions: HTMLElement;
  readonly #again: HTMLElement;
  readonly #discard: HTMLElement;
  readonly #meta: HTMLElement;
  readonly #body = h('div', { class: 'body' });
  readonly #attachments = h('div', { class: 'files' });
  #shown = '';
  #shownFiles = '';
  #shownStatus = '';

  constructor(entry: LineEntry, words: Words, times: Times, files: Files, actions: LineActions) {
    this.#words = words;
    this.#files = files;
    const button = (text: string, act: () => void): HTMLElement =>
      h('button', { type: 'button', class: 'link', on: { click: act } }, text);
    this.#again = button(words.tryAgain, () => actions.again(entry.key));
    this.#discard = button(words.discard, () => actions.discard(entry.key));
    this.#actions = h('span', { class: 'actions', hidden: true }, this.#again, this.#discard);
    say(this.#time, times.clock(entry.at));
    this.#time.dateTime = new Date(entry.at).toISOString();
    this.#meta = h('p', { class: 'meta' }, this.#time, this.#status, this.#actions);
    const who = entry.mine ? words.you : plain(entry.author ?? words.assistant);
    this.element = h(
      'div',
      { class: entry.mine ? 'line mine' : 'line theirs' },
      entry.mine
        ? null
        : h('span', { class: 'round small', 'aria-hidden': 'true' }, initials(entry.author ?? words.assistant)),
      h(
        'div',
        { class: 'stack' },
        h('p', { class: entry.mine ? 'who sr' : 'who', dir: 'auto' }, who),
        this.#body,
        this.#attachments,
        this.#meta,
      ),
    );
    this.update(entry);
  }

  update(entry: LineEntry): void {
    this.element.classList.toggle('first', entry.first);
    this.element.classList.toggle('last', entry.last);
    this.element.classList.toggle('refused', entry.status === 'refused');
    this.element.classList.toggle('pending', entry.status === 'sending' || entry.status === 'waiting');
    if (this.#shown !== entry.text) {
      this.#shown = entry.text;
      this.#body.replaceChildren(...this.#folded(entry.text));
    }
    show(this.#body, entry.text !== '');
    const files = JSON.stringify(entry.files);
    if (this.#shownFiles !== files) {
      this.#shownFiles = files;
      this.#attachments.replaceChildren(...fileList(entry.files, this.#files, this.#words));
    }
    show(this.#attachments, entry.files.length > 0);
    this.#updateStatus(entry);
  }

  #updateStatus(entry: LineEntry): void {
    const { status } = entry;
    const stuck = status === 'waiting' || status === 'refused';
    show(this.#meta, entry.last || status === 'sending' || stuck);
    show(this.#actions, stuck);
    show(this.#discard, status === 'refused');
    say(this.#again, status === 'waiting' ? this.#words.tryNow : this.#words.tryAgain);
    const text = statusText(entry, this.#words);
    if (text === this.#shownStatus) return;
    this.#shownStatus = text;
    if (entry.status === null) this.#status.replaceChildren();
    else this.#status.replaceChildren(icon(icons[entry.status], 14), text);
  }

  #folded(text: string): Node[] {
    const letters = text.length > FOLD + 500 ? cut(text, FOLD) : text;
    const node = personal(letters);
    if (letters === text) return [node];
    const more = h('button', { type: 'button', class: 'link more' }, this.#words.showAll);
    more.addEventListener('click', () => this.#body.replaceChildren(personal(text)));
    return [node, '…', more].map((part) => (typeof part === 'string' ? document.createTextNode(part) : part));
  }
}

function statusText(entry: LineEntry, words: Words): string {
  switch (entry.status) {
    case null:
      return '';
    case 'waiting':
      return words.waitingForLine;
    case 'sending':
      return words.sending;
    case 'sent':
      return words.sent;
    case 'seen':
      return words.seen;
    case 'refused':
      if (entry.code === 'too_large') return words.refused.too_large;
      if (entry.code === 'blob_missing') return words.refused.blob_missing;
      if (entry.code === 'forbidden' || entry.code === 'closed') return words.refused.forbidden;
      return words.refused.other;
  }
}

/** Never between the two halves of a letter beyond the basic plane. */
function cut(text: string, at: number): string {
  const code = text.charCodeAt(at - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? at - 1 : at);
}
