// What is being written in the open conversation. It is saved as it is typed: soon after the last key, when the reader
// looks away, and before anything is sent. One save is under way at a time, so a later one can never be overtaken.

import { call } from '../ipc/call';
import { asFailure } from '../ipc/failure';
import type { Draft as Told, DraftFile, DraftMode, Failure } from '../ipc/types';

const SAVE_AFTER = 250;

export class Draft {
  mode = $state<DraftMode>('reply');
  reply = $state('');
  note = $state('');
  attachments = $state.raw<readonly DraftFile[]>([]);
  /** Why the last save did not work; it is tried again with the next key. */
  failure = $state.raw<Failure | null>(null);
  #dirty = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | null = null;

  constructor(
    readonly conversation: string,
    told: Told,
  ) {
    this.#fill(told);
  }

  get text(): string {
    return this.mode === 'reply' ? this.reply : this.note;
  }

  /** The reader typed. */
  write(text: string): void {
    if (this.mode === 'reply') this.reply = text;
    else this.note = text;
    this.#touch();
  }

  setMode(mode: DraftMode): void {
    if (mode === this.mode) return;
    this.mode = mode;
    this.#touch();
  }

  /** The desk changed it. What the reader is typing right now is not taken out of their hands. */
  take(told: Told): void {
    this.attachments = told.attachments;
    if (this.#dirty || this.#saving) {
      if (this.reply === '') this.reply = told.reply;
      if (this.note === '') this.note = told.note;
      return;
    }
    this.#fill(told);
  }

  /** What was taken back takes the place of what is there; the desk was told all that was typed before. */
  replace(told: Told): void {
    this.#rest();
    this.#fill(told);
  }

  addFile(file: DraftFile): void {
    this.attachments = [...this.attachments.filter((one) => one.sha256 !== file.sha256), file];
  }

  removeFile(sha256: string): void {
    this.attachments = this.attachments.filter((file) => file.sha256 !== sha256);
  }

  /** Empties what was sent. The desk empties its own at the same time. */
  clear(mode: DraftMode): void {
    this.#rest();
    this.attachments = [];
    if (mode === 'reply') this.reply = '';
    else this.note = '';
  }

  /** Puts back what could not be sent. */
  restore(mode: DraftMode, text: string, attachments: readonly DraftFile[]): void {
    const both = (since: string) => (since.trim() === '' ? text : `${text}\n${since}`);
    const known = new Set(attachments.map((file) => file.sha256));
    this.mode = mode;
    this.attachments = [...attachments, ...this.attachments.filter((file) => !known.has(file.sha256))];
    if (mode === 'reply') this.reply = both(this.reply);
    else this.note = both(this.note);
    this.#touch();
  }

  /** Waits for a save that is under way, so that it cannot land after what comes next. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  /** Writes down what is not written down yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#dirty || this.#saving) {
      this.#saving ??= this.#save();
      await this.#saving;
      if (this.failure) return;
    }
  }

  #touch(): void {
    this.#dirty = true;
    this.failure = null;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, SAVE_AFTER);
  }

  async #save(): Promise<void> {
    this.#dirty = false;
    try {
      await call('draft.save', {
        id: this.conversation,
        draft: { mode: this.mode, reply: this.reply, note: this.note, attachments: [...this.attachments] },
      });
      this.failure = null;
    } catch (thrown) {
      this.#dirty = true;
      this.failure = asFailure(thrown);
    } finally {
      this.#saving = null;
    }
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dirty = false;
    this.failure = null;
  }

  #fill(told: Told): void {
    this.mode = told.mode;
    this.reply = told.reply;
    this.note = told.note;
    this.attachments = told.attachments;
  }
}
