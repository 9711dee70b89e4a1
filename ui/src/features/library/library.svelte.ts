// What the team knows and has prepared. Supervisors write; everybody reads. A row is changed in a copy, saved whole,
// and what was removed can be put back as it was.

import { asFailure } from '../../ipc/failure';
import { call } from '../../ipc/call';
import type { Article, Macro, MacroAction } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { w } from '../../words/words.svelte';

export type Row = { kind: 'article'; row: Article } | { kind: 'macro'; row: Macro };

export const NAME = /^[a-z0-9-]{1,40}$/;
export const VARIABLES = [
  'customer.name', 'customer.first_name', 'advisor.name', 'advisor.first_name', 'order', 'workspace',
] as const;

export class LibraryState {
  articles = $state.raw<readonly Article[]>([]);
  macros = $state.raw<readonly Macro[]>([]);
  loaded = $state(false);
  text = $state('');
  /** What is open, as a copy that can be changed. */
  edited = $state<Row | null>(null);
  /** The same as it was when it was opened. */
  #before = $state.raw('');
  busy = $state(false);
  tried = $state(false);
  /** What was asked for while changes are not saved. */
  wanted = $state.raw<{ row: Row | null } | null>(null);

  constructor(
    private readonly desk: Desk,
    private readonly newId: () => string = () => crypto.randomUUID(),
  ) {}

  get canWrite(): boolean {
    return this.desk.team.supervisor;
  }

  get changed(): boolean {
    return this.edited !== null && JSON.stringify(this.edited) !== this.#before;
  }

  get isNew(): boolean {
    return this.edited !== null && this.edited.row.version === 0;
  }

  async load(): Promise<void> {
    try {
      const library = await call('library.list');
      this.articles = library.articles;
      this.macros = library.macros;
    } catch (thrown) {
      this.desk.notices.fail(asFailure(thrown));
    }
    this.loaded = true;
  }

  get foundArticles(): readonly Article[] {
    return this.articles.filter((row) => fits(this.text, `${row.title} ${row.body} ${row.tags.join(' ')}`));
  }

  get foundMacros(): readonly Macro[] {
    return this.macros.filter((row) => fits(this.text, `${row.name} ${row.title} ${row.text}`));
  }

  isOpen(kind: Row['kind'], id: string): boolean {
    return this.edited?.kind === kind && this.edited.row.id === id;
  }

  /** Opens a copy; asks first when the last one has changes. */
  choose(row: Row | null): void {
    if (this.changed) {
      this.wanted = { row };
      return;
    }
    this.#open(row);
  }

  /** The answer to that question: let the changes go. */
  dropChanges(): void {
    const wanted = this.wanted;
    this.wanted = null;
    this.#open(wanted?.row ?? null);
  }

  #open(row: Row | null): void {
    this.tried = false;
    this.edited = row === null ? null : (structuredClone($state.snapshot(row)) as Row);
    this.#before = JSON.stringify(this.edited);
  }

  newArticle(): void {
    if (!this.canWrite) return;
    this.choose({
      kind: 'article',
      row: { id: this.newId(), title: '', body: '', language: this.#language(), tags: [], changed_at: 0, changed_by: '', version: 0 },
    });
  }

  newMacro(): void {
    if (!this.canWrite) return;
    this.choose({
      kind: 'macro',
      row: { id: this.newId(), name: '', title: '', text: '', language: this.#language(), actions: [], changed_at: 0, changed_by: '', version: 0 },
    });
  }

  addAction(what: MacroAction['do']): void {
    if (this.edited?.kind !== 'macro') return;
    const actions: Record<MacroAction['do'], MacroAction> = {
      set_reason: { do: 'set_reason', reason: this.desk.team.workspace.reason[0]?.id ?? '' },
      add_follow_up: { do: 'add_follow_up', title: '', due_in_hours: 24 },
      snooze: { do: 'snooze', minutes: 60 },
      resolve: { do: 'resolve' },
    };
    this.edited.row.actions.push(actions[what]);
  }

  /** What keeps it from being saved; empty: nothing. */
  get wrong(): string {
    const words = w().library;
    const { edited } = this;
    if (!edited) return '';
    if (edited.row.title.trim() === '') return words.titleMissing;
    if (edited.kind === 'article') return edited.row.body.trim() === '' ? words.textMissing : '';
    if (!NAME.test(edited.row.name)) return words.nameWrong;
    const { id, name, language } = edited.row;
    if (this.macros.some((row) => row.id !== id && row.name === name && row.language === language)) return words.nameTaken;
    return edited.row.text.trim() === '' ? words.textMissing : '';
  }

  async save(): Promise<void> {
    const { edited } = this;
    if (!edited || !this.canWrite || this.busy || !this.changed) return;
    this.tried = true;
    if (this.wrong !== '') return;
    this.busy = true;
    const row = $state.snapshot(edited) as Row;
    const done = await this.#put(row);
    this.busy = false;
    if (!done) return;
    this.desk.notices.say(w().library.savedToast, { tone: 'good' });
    await this.load();
    const fresh = row.kind === 'article' ? this.articles.find((one) => one.id === row.row.id) : this.macros.find((one) => one.id === row.row.id);
    this.#open(fresh ? ({ kind: row.kind, row: fresh } as Row) : row);
  }

  async remove(): Promise<void> {
    const { edited } = this;
    if (!edited || !this.canWrite) return;
    const before = JSON.parse(this.#before) as Row;
    const name = edited.kind === 'article' ? 'library.remove_article' : 'library.remove_macro';
    if (!(await this.desk.attempt(name, { id: edited.row.id })).done) return;
    this.#open(null);
    await this.load();
    this.desk.notices.say(w().library.removedToast, {
      about: before.row.title,
      undo: () => void this.#putBack(before),
    });
  }

  async #putBack(row: Row): Promise<void> {
    if (!(await this.#put(row))) return;
    await this.load();
    this.desk.notices.say(w().library.restoredToast, { tone: 'good', about: row.row.title });
  }

  async #put(row: Row): Promise<boolean> {
    const tried =
      row.kind === 'article'
        ? await this.desk.attempt('library.put_article', { article: row.row })
        : await this.desk.attempt('library.put_macro', { prepared: row.row });
    return tried.done;
  }

  #language(): string {
    return document.documentElement.lang === 'fr' ? 'fr' : 'en';
  }
}

function fits(words: string, text: string): boolean {
  const whole = plain(text);
  return plain(words).split(/\s+/u).every((word) => whole.includes(word));
}

function plain(text: string): string {
  return text.trim().normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
