// The palette: everything that can be done, opened or found, in one list under one field.

import { tick } from 'svelte';
import type { SearchRow, SnippetPart } from '../ipc/types';
import type { Desk } from '../live/desk.svelte';
import { SearchState } from '../features/search/search.svelte';
import type { Actions } from '../shared/actions.svelte';
import { flat } from '../shared/plain';
import { w, type ActionId } from '../words/words.svelte';
import { actionIds, shortcuts } from './shortcuts';

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

const AT_FIRST = 5;
const AT_MOST = 8;

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

  /** What is chosen is done on the page itself: the palette is gone and has given back the focus. */
  async run(entry: Entry | undefined): Promise<void> {
    if (!entry || entry.why) return;
    if (entry.key !== 'everywhere') {
      this.open = false;
      await tick();
    }
    entry.run();
  }

  #conversations(words: string): Entry[] {
    const group = w().palette.conversations;
    const { yours, waiting } = this.desk.queue;
    const limit = words === '' ? AT_FIRST : AT_MOST;
    const own = yours.rows.filter((row) => fits(words, row.customer_name)).slice(0, limit);
    const others = waiting.rows.filter((row) => !row.offered && fits(words, row.customer_name)).slice(0, limit - own.length);
    const entry = (id: string, name: string, hint: string, run: () => void): Entry =>
      ({ key: `conversation-${id}`, group, label: name || w().app.visitor, personal: name !== '', hint, run });
    return [
      ...own.map((row) => entry(row.id, row.customer_name, flat(row.last_text), () => void this.desk.show(row.id))),
      ...others.map((row) => entry(row.id, row.customer_name, `${w().palette.waits} · ${row.queue} · ${w().queue.take}`, () => this.doing.take(row.id))),
    ];
  }

  #actions(words: string): Entry[] {
    const titles = w().action;
    const can = actionIds.filter((id) => id !== 'palette' && this.actions.can(id));
    // What belongs to the page in front comes before what can be done anywhere.
    const [here, anywhere] = [can.filter((id) => shortcuts[id].when !== 'always'), can.filter((id) => shortcuts[id].when === 'always')];
    return [...here, ...anywhere]
      .map((id) => ({
        key: `action-${id}`, group: w().palette.actions, label: titles[id], hint: flat(this.actions.about(id)), action: id, run: () => void this.actions.run(id),
      }))
      .filter((entry) => fits(words, `${entry.label} ${entry.hint}`));
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
