/**
 * Files of lines. A picture is shown only from the preview that the service made; the file itself is only ever
 * downloaded. Both need the visitor's token, so they are fetched and shown from memory.
 */
import type { EntryFile } from '../entries';
import type { Service } from '../service';
import { fileName, plain } from '../text';
import type { Times } from '../times';
import type { Attachment } from '../types';
import type { Uploads } from '../uploads';
import type { Words } from '../words';
import { h, say } from './dom';
import { icon } from './icons';

export class Files {
  readonly times: Times;
  readonly #service: Service;
  readonly #token: () => string | null;
  readonly #uploads: () => Uploads | null;
  readonly #failed: () => void;
  readonly #previews = new Map<string, Promise<string | null>>();
  readonly #lightbox: Lightbox;

  constructor(
    service: Service,
    token: () => string | null,
    uploads: () => Uploads | null,
    times: Times,
    words: Words,
    failed: () => void,
  ) {
    this.#service = service;
    this.#token = token;
    this.#uploads = uploads;
    this.#failed = failed;
    this.times = times;
    this.#lightbox = new Lightbox(words, (file) => void this.download(file));
  }

  progress(sha256: string): number | null {
    return this.#uploads()?.progress(sha256) ?? null;
  }

  preview(sha256: string): Promise<string | null> {
    const held = this.#previews.get(sha256);
    if (held !== undefined) return held;
    const asked = this.#bytes(`/blobs/${sha256}/preview`).then((blob) => {
      if (blob === null) this.#previews.delete(sha256);
      return blob === null ? null : URL.createObjectURL(blob);
    });
    this.#previews.set(sha256, asked);
    return asked;
  }

  async open(file: Attachment): Promise<void> {
    const address = await this.preview(file.sha256);
    if (address === null) this.#failed();
    else this.#lightbox.open(file, address);
  }

  async download(file: { sha256: string; name: string }): Promise<void> {
    this.#save(await this.#bytes(`/blobs/${file.sha256}`), plain(file.name));
  }

  async transcript(name: string): Promise<void> {
    this.#save(await this.#bytes('/transcript'), name);
  }

  async #bytes(path: string): Promise<Blob | null> {
    const token = this.#token();
    return token === null ? null : this.#service.bytes(token, path);
  }

  #save(blob: Blob | null, name: string): void {
    if (blob === null) return this.#failed();
    // Never opened in the page, whatever the file is.
    const address = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
    h('a', { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }
}

export function fileList(entries: readonly EntryFile[], files: Files, words: Words): HTMLElement[] {
  return entries.map((entry) => {
    const { attachment } = entry;
    if (attachment?.preview != null) return picture(attachment, attachment.preview, files, words);
    return chip(entry, files, words);
  });
}

function picture(
  file: Attachment,
  size: { width: number; height: number },
  files: Files,
  words: Words,
): HTMLElement {
  // The place is kept before the picture comes, in the size in which it will be shown.
  const scale = Math.min(1, 240 / size.width, 220 / size.height);
  const image = h('img', {
    alt: '',
    width: Math.max(24, Math.round(size.width * scale)),
    height: Math.max(24, Math.round(size.height * scale)),
  });
  void files.preview(file.sha256).then((address) => {
    if (address !== null) image.src = address;
  });
  return h(
    'button',
    {
      type: 'button',
      class: 'picture',
      'aria-label': words.picture(plain(file.name)),
      on: { click: () => void files.open(file) },
    },
    image,
  );
}

function chip(entry: EntryFile, files: Files, words: Words): HTMLElement {
  const inside = [
    icon('file', 20),
    h('span', { class: 'file-text' }, nameOf(entry.name), h('span', { class: 'size' }, files.times.size(entry.size))),
  ];
  if (entry.attachment === null) return h('div', { class: 'chip' }, ...inside);
  return h(
    'button',
    { type: 'button', class: 'chip', on: { click: () => void files.download(entry) } },
    h('span', { class: 'sr' }, words.download),
    ...inside,
    icon('down', 18),
  );
}

/** A long name is cut in its stem: what kind of file it is stays readable. */
export function nameOf(name: string): HTMLElement {
  const { stem, extension } = fileName(name);
  return h('bdi', { class: 'file-name' }, h('span', { class: 'stem' }, stem), h('span', {}, extension));
}

class Lightbox {
  readonly #dialog: HTMLDialogElement;
  readonly #title = h('p', { class: 'lightbox-name', dir: 'auto' });
  readonly #image = h('img', { alt: '' });
  readonly #download: HTMLButtonElement;
  readonly #words: Words;
  #file: Attachment | null = null;

  constructor(words: Words, download: (file: Attachment) => void) {
    this.#words = words;
    this.#download = h('button', { type: 'button', class: 'plain' }, icon('down', 16));
    this.#download.addEventListener('click', () => {
      if (this.#file !== null) download(this.#file);
    });
    const close = h('button', { type: 'button', class: 'icon', 'aria-label': words.closePicture }, icon('close'));
    this.#dialog = h(
      'dialog',
      { class: 'lightbox' },
      h('div', { class: 'lightbox-top' }, this.#title, this.#download, close),
      this.#image,
    );
    close.addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('click', (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.#dialog.addEventListener('close', () => this.#dialog.remove());
  }

  open(file: Attachment, address: string): void {
    this.#file = file;
    this.#image.src = address;
    say(this.#title, plain(file.name));
    this.#download.setAttribute('aria-label', `${this.#words.download} ${plain(file.name)}`);
    this.#dialog.setAttribute('aria-label', plain(file.name));
    document.body.append(this.#dialog);
    this.#dialog.showModal();
  }
}
