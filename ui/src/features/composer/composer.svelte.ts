// Writing: to the customer, or a note for colleagues. Sending is the same step for both; what cannot be sent comes
// back to where it was written.

import { call } from '../../ipc/call';
import { isFailure } from '../../ipc/failure';
import type { DraftMode, MacroRow, RefusedFile, Suggested, Suggestion, TimelineItem } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import type { OpenConversation } from '../../live/opened.svelte';
import { bytes } from '../../shared/figures';
import { characters, TEXT_CHARS } from '../../shared/limits';
import { flat } from '../../shared/plain';
import { w } from '../../words/words.svelte';
import { FILE_BYTES, FILES } from './limits';
import { ghostOf, type Asked } from './typed';
import { upload } from './upload';

export interface Adding {
  id: string;
  name: string;
  done: number;
}

const TYPING_EVERY = 3_000;

export class ComposerState {
  /** Asks the field for the focus; counts up. */
  focusAsked = $state(0);
  adding = $state.raw<readonly Adding[]>([]);
  macros = $state.raw<readonly MacroRow[] | null>(null);
  /** The macro that the text came from; its actions follow the sending. */
  from = $state.raw<MacroRow | null>(null);
  /** The suggestion that the text came from. */
  taken = $state.raw<Suggestion | null>(null);
  /** The text as the suggestion made it. */
  #written = '';
  #asked = 0;
  #typingTold = 0;
  #uploads = 0;

  constructor(
    private readonly desk: Desk,
    readonly open: OpenConversation,
    private readonly now: () => number = Date.now,
  ) {}

  /** Only what is the advisor's own and not over can be answered; a note can always be left. */
  get canReply(): boolean {
    return this.open.header.channel !== 'voice' && this.atWork;
  }

  /** It is the advisor's own and not over. */
  get atWork(): boolean {
    const { mine, state } = this.open.header;
    return mine && (state === 'active' || state === 'snoozed');
  }

  /** What is said is spoken: there is no answer to write, and nothing to choose between. */
  get spoken(): boolean {
    return this.open.header.channel === 'voice';
  }

  /** Why there can be no answer, only notes; nothing: there can. */
  get onlyNotes(): 'wrapUp' | 'closed' | 'notYours' | null {
    const { mine, state } = this.open.header;
    if (this.atWork) return null;
    if (state === 'resolved' || state === 'abandoned') return 'closed';
    return mine && state === 'wrap_up' ? 'wrapUp' : 'notYours';
  }

  get mode(): DraftMode {
    return this.canReply ? this.open.draft.mode : 'note';
  }

  get text(): string {
    return this.mode === 'reply' ? this.open.draft.reply : this.open.draft.note;
  }

  get over(): number {
    return Math.max(0, characters(this.text) - TEXT_CHARS);
  }

  get left(): number {
    return TEXT_CHARS - characters(this.text);
  }

  get canSend(): boolean {
    if (this.over > 0 || this.adding.length > 0) return false;
    return this.text.trim() !== '' || this.open.draft.attachments.length > 0;
  }

  /** The newest own line that can still be taken back. */
  get undoable(): TimelineItem | undefined {
    const { timeline } = this.open;
    for (let i = timeline.count - 1; i >= 0; i -= 1) {
      const item = timeline.at(i);
      if (!item || item.n !== null) return undefined;
      if (item.delivery?.state === 'undo') return item;
    }
    return undefined;
  }

  get ghost(): string {
    if (this.mode !== 'reply' || this.macros !== null) return '';
    const { open, text } = this;
    const rest = ghostOf(text, open.suggestions);
    // The desk also completes what was typed with a slip, or from the middle of an answer.
    return rest === '' && open.forDraft && open.draftAsked === text ? (open.forDraft.find((one) => one.rest)?.rest ?? '') : rest;
  }

  setMode(mode: DraftMode): void {
    if (mode === 'note' || this.canReply) this.open.draft.setMode(mode);
    this.focusAsked += 1;
  }

  write(text: string): void {
    const { draft } = this.open;
    if (draft.mode !== this.mode) draft.setMode(this.mode);
    draft.write(text);
    if (text.trim() === '') {
      this.from = null;
      this.taken = null;
    }
    if (this.mode === 'reply' && text !== '' && this.now() - this.#typingTold > TYPING_EVERY) {
      this.#typingTold = this.now();
      void call('conversation.typing', { id: this.open.id }).catch(() => undefined);
    }
  }

  /** Enter: sends what is written; on an empty field it sends at once what still could be taken back. */
  async send(): Promise<void> {
    const { open, mode } = this;
    if (!this.canSend) {
      if (this.adding.length > 0) this.desk.notices.say(w().attachment.addingNow);
      else if (this.text.trim() === '' && this.undoable) await this.desk.attempt('message.send_now', { id: this.undoable.id });
      return;
    }
    const text = this.text.trim();
    const files = open.draft.attachments;
    const from = mode === 'reply' ? this.from : null;
    const suggested = mode === 'reply' ? this.#suggested(text) : null;
    open.draft.clear(mode);
    this.from = null;
    this.taken = null;
    await open.draft.settled();
    const tried = await this.desk.attempt('message.send', {
      id: open.id, mode, text, attachments: files.map((file) => file.sha256), from_macro: from?.id ?? null, suggested,
    });
    if (tried.done) {
      // The push may have been faster, and may know more by now.
      if (!open.timeline.get(tried.output.id)) open.timeline.apply({ op: 'upsert', item: tried.output });
    } else {
      open.draft.restore(mode, text, files);
      this.from = from;
    }
  }

  /** What was to be seen when this is sent, and what became of it: the desk learns from it. */
  #suggested(text: string): Suggested | null {
    const shown = this.open.suggestions.slice(0, 3).map((one) => one.id);
    if (shown.length === 0 && !this.taken) return null;
    return { shown, taken: this.taken?.id ?? null, changed: this.taken !== null && text !== this.#written.trim() };
  }

  /** Takes back the newest own line that can still be taken back. */
  async undo(): Promise<void> {
    const item = this.undoable;
    if (!item) return;
    await this.open.draft.flush();
    const tried = await this.desk.attempt('message.undo', { id: item.id });
    if (!tried.done) return;
    this.open.timeline.apply({ op: 'remove', id: item.id });
    this.open.draft.replace(tried.output);
    this.focusAsked += 1;
  }

  // Suggestions ----------------------------------------------------------------------------------------------------

  complete(): boolean {
    const { ghost } = this;
    if (ghost === '') return false;
    const whole = this.open.suggestions.find((one) => one.text.endsWith(ghost) && one.text.length === this.text.length + ghost.length);
    this.taken = whole ?? this.open.suggestions.find((one) => one.rest === ghost) ?? null;
    this.write(whole?.text ?? this.text + ghost);
    this.#written = this.text;
    return true;
  }

  /** Of a chat it becomes the answer; of a call, what is noted of it. */
  use(suggestion: Suggestion): void {
    if (!this.atWork) return;
    const { draft } = this.open;
    const mode = this.canReply ? 'reply' : 'note';
    draft.setMode(mode);
    const before = draft.text;
    this.taken = suggestion;
    this.write(suggestion.text);
    this.#written = this.text;
    this.focusAsked += 1;
    const typed = before.trim();
    if (typed !== '' && !suggestion.text.toLocaleLowerCase().startsWith(typed.toLocaleLowerCase())) {
      this.desk.notices.say(w().suggestions.replacedToast, {
        undo: () => {
          draft.setMode(mode);
          draft.write(before);
        },
      });
    }
  }

  // Macros -----------------------------------------------------------------------------------------------------------

  async findMacros(text: string): Promise<void> {
    const asked = ++this.#asked;
    const tried = await this.desk.attempt('macro.find', { id: this.open.id, text });
    if (asked === this.#asked && tried.done) this.macros = tried.output;
  }

  closeMacros(): void {
    this.#asked += 1;
    this.macros = null;
  }

  /** Puts the macro where it was asked for; answers with the place of the caret after it. */
  useMacro(row: MacroRow, asked: Asked, caret: number): number {
    const { text } = this;
    const next = text.slice(0, asked.from) + row.text + text.slice(caret);
    this.write(next);
    this.from = row.actions.length > 0 ? row : this.from;
    this.closeMacros();
    return asked.from + row.text.length;
  }

  /** What a macro does besides its text, in words. */
  get alsoDoes(): string[] {
    const words = w().composer.action;
    return (this.from?.actions ?? []).map((action) => {
      if (action.do === 'set_reason') return words.set_reason(this.desk.team.reason(action.reason)?.name ?? action.reason);
      if (action.do === 'add_follow_up') return words.add_follow_up(action.title);
      if (action.do === 'snooze') return words.snooze(action.minutes);
      return words.resolve;
    });
  }

  // Mentions -----------------------------------------------------------------------------------------------------------

  colleagues(text: string): { id: string; name: string }[] {
    const words = text.toLocaleLowerCase();
    return this.desk.team.colleagues.rows
      .filter((row) => row.person.active && row.person.id !== this.desk.team.me.id)
      .map((row) => ({ id: row.person.id, name: row.person.name }))
      .filter((one) => one.name.toLocaleLowerCase().split(' ').some((part) => part.startsWith(words)) || one.name.toLocaleLowerCase().startsWith(words));
  }

  mention(name: string, asked: Asked, caret: number): number {
    const { text } = this;
    this.write(`${text.slice(0, asked.from)}@${name} ${text.slice(caret)}`);
    return asked.from + name.length + 2;
  }

  insert(what: string, from: number, to: number): number {
    this.write(this.text.slice(0, from) + what + this.text.slice(to));
    return from + what.length;
  }

  // Files --------------------------------------------------------------------------------------------------------------

  async addFiles(files: readonly File[]): Promise<void> {
    for (const file of files) {
      const words = w().attachment;
      if (this.open.draft.attachments.length + this.adding.length >= FILES) {
        this.desk.notices.say(words.tooMany(FILES), { tone: 'bad' });
        return;
      }
      if (file.size > FILE_BYTES) this.desk.notices.say(words.tooLarge(file.name, bytes(FILE_BYTES)), { tone: 'bad' });
      else if (file.size === 0) this.desk.notices.say(words.empty(file.name), { tone: 'bad' });
      else await this.#add(file);
    }
  }

  /** Takes the picture that lies on the clipboard, where the engine does not hand it over itself. */
  async pastePicture(): Promise<void> {
    if (this.open.draft.attachments.length + this.adding.length >= FILES) {
      this.desk.notices.say(w().attachment.tooMany(FILES), { tone: 'bad' });
      return;
    }
    const pasted = await this.desk.attempt('draft.paste', { id: this.open.id, name: w().attachment.pasted });
    if (pasted.done && pasted.output) this.open.draft.addFile(pasted.output);
  }

  /** Takes the files that were dropped on the window. */
  async takeDropped(): Promise<void> {
    const tried = await this.desk.attempt('draft.drop', { id: this.open.id });
    if (!tried.done) return;
    for (const file of tried.output.added) this.open.draft.addFile(file);
    for (const file of tried.output.refused) this.desk.notices.say(refused(file), { tone: 'bad' });
  }

  async #add(file: File): Promise<void> {
    this.#uploads += 1;
    const id = `${this.open.id}-${this.now()}-${this.#uploads}`;
    this.adding = [...this.adding, { id, name: file.name, done: 0 }];
    try {
      const added = await upload(this.open.id, file.name, file, id, (done) => {
        this.adding = this.adding.map((one) => (one.id === id ? { ...one, done } : one));
      });
      this.open.draft.addFile(added);
    } catch (thrown) {
      if (isFailure(thrown)) this.desk.notices.fail(thrown);
      else this.desk.notices.say(w().attachment.unreadable(file.name), { tone: 'bad' });
    } finally {
      this.adding = this.adding.filter((one) => one.id !== id);
    }
  }

  async removeFile(sha256: string): Promise<void> {
    const { draft } = this.open;
    const before = draft.attachments;
    draft.removeFile(sha256);
    const tried = await this.desk.attempt('draft.remove_file', { id: this.open.id, sha256 });
    if (!tried.done) draft.attachments = before;
  }
}

/** Why a dropped file does not go along. */
function refused({ name, why }: RefusedFile): string {
  const words = w().attachment;
  switch (why) {
    case 'too_large': return words.tooLarge(flat(name), bytes(FILE_BYTES));
    case 'empty': return words.empty(flat(name));
    case 'unreadable': return words.unreadable(flat(name));
    case 'too_many': return words.tooMany(FILES);
  }
}
