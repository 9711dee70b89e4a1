/** Where the customer writes: text that grows, files by button, paste and drop. */
import type { RowFile } from '../outbox';
import type { Times } from '../times';
import { FILE_BYTES, FILES_AT_ONCE, type Uploads } from '../uploads';
import type { Words } from '../words';
import { h, say, show } from './dom';
import { icon } from './icons';
import { PendingFile } from './pending';

/** Characters in one message: what the service takes. */
const LONGEST = 32_000;
const WARN_BELOW = 1_000;

export interface ComposerView {
  readonly placeholder: string;
  readonly enabled: boolean;
}

export interface ComposerActions {
  /** Returns false when it cannot be sent yet, so that nothing is cleared. */
  send(text: string, files: readonly RowFile[]): boolean;
  writing(): void;
  draft(text: string): void;
}

export class Composer {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #times: Times;
  readonly #uploads: Uploads;
  readonly #actions: ComposerActions;
  readonly #text: HTMLTextAreaElement;
  readonly #send: HTMLButtonElement;
  readonly #attach: HTMLButtonElement;
  readonly #picker: HTMLInputElement;
  readonly #tray = h('ul', { class: 'tray', hidden: true });
  readonly #note = h('p', { class: 'note', role: 'alert', hidden: true });
  readonly #count = h('p', { class: 'count', hidden: true });
  #files: PendingFile[] = [];
  #enabled = true;

  constructor(words: Words, times: Times, uploads: Uploads, draft: string, actions: ComposerActions) {
    this.#words = words;
    this.#times = times;
    this.#uploads = uploads;
    this.#actions = actions;
    this.#text = h('textarea', {
      id: 'message',
      rows: 1,
      dir: 'auto',
      'aria-label': words.message,
      enterkeyhint: 'send',
      on: { input: () => this.#typed(), keydown: (event) => this.#key(event), paste: (event) => this.#paste(event) },
    });
    this.#text.value = draft;
    this.#picker = h('input', { type: 'file', multiple: true, hidden: true, tabindex: -1 });
    this.#picker.addEventListener('change', () => {
      this.add([...(this.#picker.files ?? [])]);
      this.#picker.value = '';
    });
    this.#attach = h(
      'button',
      { type: 'button', class: 'icon', 'aria-label': words.attach, title: words.attach, on: { click: () => this.#picker.click() } },
      icon('clip', 20),
    );
    this.#send = h(
      'button',
      { type: 'submit', class: 'send', 'aria-label': words.send, title: words.sendHint },
      icon('send', 20),
    );
    const box = h('div', { class: 'box' }, this.#attach, this.#text, this.#send);
    this.element = h(
      'form',
      {
        class: 'composer',
        on: {
          submit: (event) => {
            event.preventDefault();
            this.submit();
          },
        },
      },
      this.#note,
      this.#tray,
      box,
      this.#count,
      this.#picker,
    );
    uploads.watch(() => this.#files.forEach((file) => file.paint()));
    this.#refresh();
    requestAnimationFrame(() => this.#grow());
  }

  update(view: ComposerView): void {
    this.#enabled = view.enabled;
    if (this.#text.placeholder !== view.placeholder) this.#text.placeholder = view.placeholder;
    this.#text.disabled = !view.enabled;
    this.#attach.disabled = !view.enabled;
    this.#refresh();
  }

  get draft(): string {
    return this.#text.value;
  }

  focus(): void {
    this.#text.focus({ preventScroll: true });
  }

  /** Takes files, as many and as large as may be sent, and says why it left others. */
  add(files: readonly File[]): void {
    if (!this.#enabled) return;
    show(this.#note, false);
    for (const file of files) {
      if (this.#files.length >= FILES_AT_ONCE) return this.#complain(this.#words.tooMany);
      if (file.size > FILE_BYTES) this.#complain(this.#words.tooBig(file.name));
      else if (file.size === 0) this.#complain(this.#words.emptyFile(file.name));
      else this.#take(file);
    }
    this.focus();
  }

  /** Sends what is there, if there is something and it may be sent. */
  submit(): void {
    const text = this.#text.value.replace(/\s+$/u, '');
    const files = this.#files.filter((file) => !file.failed);
    if (!this.#enabled || [...text].length > LONGEST) return;
    if ((text.trim() === '' && files.length === 0) || files.some((file) => file.row === null)) return;
    const rows = files.flatMap((file) => (file.row === null ? [] : [file.row]));
    if (!this.#actions.send(text, rows)) return;
    for (const file of files) void this.#uploads.keep(file.row?.sha256 ?? '', file.file);
    this.#files = [];
    this.#tray.replaceChildren();
    this.#text.value = '';
    this.#actions.draft('');
    show(this.#note, false);
    this.#refresh();
    this.#grow();
    this.focus();
  }

  #take(file: File): void {
    const drop = (): void => {
      this.#files = this.#files.filter((held) => held !== pending);
      pending.element.remove();
    };
    const pending = new PendingFile(file, this.#uploads, this.#words, this.#times, {
      changed: () => {
        const twin = this.#files.some((held) => held !== pending && held.row?.sha256 === pending.row?.sha256);
        if (twin && pending.row !== null && this.#files.includes(pending)) drop();
        this.#refresh();
      },
      failed: (text) => this.#complain(text),
      removed: () => {
        drop();
        this.#refresh();
        this.focus();
      },
    });
    this.#files.push(pending);
    this.#tray.append(pending.element);
    this.#refresh();
  }

  #typed(): void {
    this.#grow();
    this.#refresh();
    this.#actions.draft(this.#text.value);
    if (this.#text.value.trim() !== '') this.#actions.writing();
  }

  #key(event: KeyboardEvent): void {
    // On a touch keyboard Enter starts a new line: there is no Shift to hold.
    const touch = matchMedia('(pointer: coarse)').matches;
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || touch) return;
    event.preventDefault();
    this.submit();
  }

  #paste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.add(files);
  }

  #complain(text: string): void {
    say(this.#note, text);
    show(this.#note, true);
  }

  #refresh(): void {
    const left = LONGEST - [...this.#text.value].length;
    show(this.#count, left < WARN_BELOW);
    say(this.#count, left < 0 ? this.#words.tooLong(-left) : this.#words.charactersLeft(left));
    this.#count.classList.toggle('wrong', left < 0);
    show(this.#tray, this.#files.length > 0);
    const something = this.#text.value.trim() !== '' || this.#files.some((file) => !file.failed);
    const ready = this.#files.every((file) => file.failed || file.row !== null);
    this.#send.disabled = !this.#enabled || !something || !ready || left < 0;
  }

  #grow(): void {
    this.#text.style.setProperty('height', 'auto');
    this.#text.style.setProperty('height', `${Math.min(this.#text.scrollHeight, 168)}px`);
  }
}
