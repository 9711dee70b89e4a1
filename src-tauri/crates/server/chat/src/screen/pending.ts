/** A file that waits in the composer: it is on its way to the service before the message is. */
import type { RowFile } from '../outbox';
import { plain } from '../text';
import type { Times } from '../times';
import type { Uploads } from '../uploads';
import type { Words } from '../words';
import { h, say, show } from './dom';
import { nameOf } from './files';
import { icon } from './icons';

export interface PendingActions {
  changed(): void;
  failed(text: string): void;
  removed(): void;
}

/** Pictures that a browser may show from the customer's own disk. SVG is a document, not a picture. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

export class PendingFile {
  readonly element: HTMLLIElement;
  readonly file: File;
  /** Nothing until its hash is known. */
  row: RowFile | null = null;
  failed = false;
  readonly #uploads: Uploads;
  readonly #words: Words;
  readonly #actions: PendingActions;
  readonly #bar: HTMLProgressElement;
  readonly #told = h('span', { class: 'size' });
  readonly #size: string;
  #removed = false;

  constructor(file: File, uploads: Uploads, words: Words, times: Times, actions: PendingActions) {
    this.file = file;
    this.#uploads = uploads;
    this.#words = words;
    this.#actions = actions;
    this.#size = times.size(file.size);
    this.#bar = h('progress', { max: 100, value: 0, 'aria-label': plain(file.name) });
    const label = words.remove(plain(file.name));
    const remove = h('button', { type: 'button', class: 'icon tiny', 'aria-label': label }, icon('close', 14));
    remove.addEventListener('click', () => this.#remove());
    this.element = h(
      'li',
      { class: 'chip' },
      SHOWN.has(file.type) ? thumbnail(file) : icon('file', 20),
      h('span', { class: 'file-text' }, nameOf(file.name), this.#told, this.#bar),
      remove,
    );
    this.paint();
    void this.#begin();
  }

  paint(): void {
    const share = this.row === null ? 0 : this.#uploads.progress(this.row.sha256);
    const going = !this.failed && this.row?.attachment == null;
    show(this.#bar, going);
    if (share !== null) this.#bar.value = Math.round(share * 100);
    say(this.#told, this.failed ? this.#words.notSent : this.#size);
    this.element.classList.toggle('refused', this.failed);
  }

  async #begin(): Promise<void> {
    try {
      this.row = await this.#uploads.name(this.file);
    } catch {
      this.#fail(this.#words.unreadable(plain(this.file.name)));
      return;
    }
    if (this.#removed) return;
    this.#actions.changed();
    const end = await this.#uploads.send(this.row.sha256, this.file.name, this.file);
    if (this.#removed || end === null) return;
    if ('code' in end) {
      this.#fail(this.#words.refused[end.code === 'too_large' ? 'too_large' : 'other']);
      return;
    }
    this.row = { ...this.row, attachment: end.attachment };
    this.paint();
    this.#actions.changed();
  }

  #fail(text: string): void {
    this.failed = true;
    this.paint();
    this.#actions.failed(text);
    this.#actions.changed();
  }

  #remove(): void {
    this.#removed = true;
    if (this.row !== null) this.#uploads.cancel(this.row.sha256);
    this.#actions.removed();
  }
}

function thumbnail(file: File): HTMLElement {
  const image = h('img', { alt: '', width: 36, height: 36, class: 'thumb' });
  const address = URL.createObjectURL(file);
  image.addEventListener('load', () => URL.revokeObjectURL(address));
  image.src = address;
  return image;
}
