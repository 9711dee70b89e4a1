// The palette: everything that can be done, opened or found, in one list under one field.

import type { SearchRow, SnippetPart } from '../ipc/types';
import type { Desk } from '../live/desk.svelte';
import { SearchState } from '../features/search/search.svelte';
import type { Actions } from '../shared/actions.svelte';
import { flat } from '../shared/plain';
import { w, type ActionId } from '../words/words.svelte';
import { actionIds } from './shortcuts';

export interface Entry {
  key: string;
  group: string;
  label: string;
  /** A customer's words: shown safely. */
  personal?: boolean;
  hint?: string;
  parts?: readonly SnippetPart[];
  at?: number;
  action?: ActionId;
  why?: string;
  run: () => void;
}

const ACTIONS_SHOWN = 6;

export class PaletteState {
  open = $state(false);
  text = $state('');
  chosen = $state(0);
  readonly search = new SearchState();

  constructor(
    private readonly desk: Desk,
    private readonly actions: Actions,
    private readonly doing: { transferTo: (person: string) => void; take: (conversation: string) => void },
  ) {}

  show(text = ''): void {
    this.text = text;
    this.chosen = 0;
    this.search.clear();
    this.open = true;
  }

  write(text: string): void {
    this.text = text;
    this.chosen = 0;
    void this.search.find(text);
  }

  get entries(): Entry[] {
    const words = plain(this.text);
    return [...this.#conversations(words), ...this.#found(), ...this.#actions(words), ...this.#colleagues(words), ...this.#everywhere()];
  }

  step(by: 1 | -1): void {
    const count = this.entries.length;
    if (count > 0) this.chosen = (this.chosen + by + count) % count;
  }

  run(entry: Entry | undefined): void {
    if (!entry || entry.why) return;
    if (entry.key !== 'everywhere') this.open = false;
    entry.run();
  }

  #conversations(words: string): Entry[] {
    const group = w().palette.conversations;
    const { yours, waiting } = this.desk.queue;
    const rows = [
      ...yours.rows.map((row) => ({ id: row.id, name: row.customer_name, hint: flat(row.last_text), run: () => void this.desk.show(row.id) })),
      ...waiting.rows.filter((row) => !row.offered).map((row) => ({
        id: row.id, name: row.customer_name, hint: `${w().palette.waits} · ${row.queue} · ${w().queue.take}`, run: () => this.doing.take(row.id),
      })),
    ];
    return rows
      .filter((row) => fits(words, row.name))
      .slice(0, words === '' ? 5 : 8)
      .map((row) => ({ key: `conversation-${row.id}`, group, label: row.name || w().app.visitor, personal: row.name !== '', hint: row.hint, run: row.run }));
  }

  #actions(words: string): Entry[] {
    const titles = w().action;
    return actionIds
      .filter((id) => id !== 'palette' && id !== 'send' && id !== 'complete' && fits(words, titles[id]) && this.actions.can(id))
      .slice(0, words === '' ? ACTIONS_SHOWN + 2 : 12)
      .map((id) => ({ key: `action-${id}`, group: w().palette.actions, label: titles[id], action: id, run: () => void this.actions.run(id) }));
  }

  /** Colleagues stand here for what can be done with them: being given the open conversation. */
  #colleagues(words: string): Entry[] {
    if (words === '' || !this.actions.can('transfer')) return [];
    return this.desk.team.colleagues.rows
      .filter((row) => row.person.active && row.person.id !== this.desk.team.me.id && fits(words, row.person.name))
      .slice(0, 5)
      .map((row) => ({
        key: `person-${row.person.id}`, group: w().palette.colleagues, label: w().palette.give(row.person.name), run: () => this.doing.transferTo(row.person.id),
      }));
  }

  #found(): Entry[] {
    const groups = { customer: w().palette.customers, order: w().palette.orders, message: w().palette.messages };
    return this.search.rows.map((row) => ({
      key: `found-${row.id}`, group: groups[row.kind], label: row.customer_name || w().app.visitor, personal: row.customer_name !== '',
      parts: row.snippet, at: row.at, run: () => void this.#go(row),
    }));
  }

  #everywhere(): Entry[] {
    const text = this.text.trim();
    if (text.length < 2 || this.search.everywhere !== 'not_asked') return [];
    const offline = this.desk.connection.state !== 'live';
    return [{
      key: 'everywhere', group: '', label: offline ? w().palette.everywhereOffline : w().palette.everywhere(text),
      ...(offline ? { why: w().failure.offline } : {}),
      run: () => void this.search.findEverywhere(text),
    }];
  }

  async #go(row: SearchRow): Promise<void> {
    if (row.kind !== 'customer' && row.conversation) {
      await this.desk.show(row.conversation);
      return;
    }
    const tried = await this.desk.attempt('customer.open', { id: row.customer });
    if (!tried.done) return;
    const to = tried.output ?? row.conversation;
    if (to) await this.desk.show(to);
    else this.desk.notices.say(w().followUps.noConversation);
  }
}

function plain(text: string): string {
  return text.trim().normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

function fits(words: string, text: string): boolean {
  if (words === '') return true;
  const whole = plain(text);
  return words.split(/\s+/u).every((word) => whole.includes(word));
}
