// To whom a call can go: a colleague, a queue that is called, or a number that is typed.

import type { CallReceiver, Presence } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';
import { dialable } from '../../shared/calls';

export interface Choice {
  receiver: CallReceiver;
  name: string;
  presence?: Presence | null;
}

export class Receivers {
  text = $state('');
  #chosen = $state.raw<Choice | null>(null);

  constructor(
    private readonly desk: Desk,
    private readonly withQueues: boolean,
    /** The queue that the call came from needs no second way to it. */
    private readonly without: string | null = null,
  ) {}

  write(text: string): void {
    this.text = text;
    this.#chosen = null;
  }

  get number(): Choice | null {
    const id = dialable(this.text);
    return id === null ? null : { receiver: { to: 'number', id }, name: this.text.trim() };
  }

  get people(): readonly Choice[] {
    return this.desk.team.colleagues.rows
      .filter((row) => row.person.active && row.person.id !== this.desk.team.me.id && this.#fits(row.person.name))
      .map((row) => ({ receiver: { to: 'person', id: row.person.id }, name: row.person.name, presence: row.presence }));
  }

  get queues(): readonly Choice[] {
    if (!this.withQueues) return [];
    return this.desk.team.workspace.queue
      .filter((queue) => queue.calls !== null && queue.id !== this.without && this.#fits(queue.name))
      .map((queue) => ({ receiver: { to: 'queue', id: queue.id }, name: queue.name }));
  }

  get all(): readonly Choice[] {
    return [...(this.number ? [this.number] : []), ...this.people, ...this.queues];
  }

  /** What was picked; else the number that is typed, or the only one that fits what is typed. */
  get chosen(): Choice | null {
    if (this.#chosen) return this.#chosen;
    if (this.text.trim() === '') return null;
    const { all } = this;
    return this.number ?? (all.length === 1 ? (all[0] ?? null) : null);
  }

  pick(choice: Choice): void {
    this.#chosen = choice;
  }

  pickPerson(id: string | null): void {
    this.#chosen = this.people.find((one) => one.receiver.id === id) ?? null;
  }

  /** Enter in the field: the first one that fits. */
  pickFirst(): Choice | null {
    const first = this.chosen ?? (this.text.trim() === '' ? null : (this.all[0] ?? null));
    if (first) this.#chosen = first;
    return first;
  }

  isChosen({ receiver }: Choice): boolean {
    const { chosen } = this;
    return chosen?.receiver.to === receiver.to && chosen.receiver.id === receiver.id;
  }

  #fits(name: string): boolean {
    const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
    return plain(this.text).split(/\s+/u).every((word) => plain(name).includes(word));
  }
}
