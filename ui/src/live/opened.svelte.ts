// The conversation that is open, with everything around it. A fresh one is made for each conversation that is shown,
// so nothing of the last one can be left behind.

import { call } from '../ipc/call';
import type { ConversationReading, CustomerCard, Header, LineReading, Opened, Push, Suggestion } from '../ipc/types';
import { Draft } from './draft.svelte';
import { Timeline } from './timeline.svelte';

export class OpenConversation {
  readonly id: string;
  header: Header;
  customer: CustomerCard;
  #told = $state.raw<readonly Suggestion[]>([]);
  /** Whether the desk has said what may help: until then its place is kept. */
  suggested = $state(false);
  /** What may help with the words typed so far; nothing while nothing is typed. */
  forDraft = $state.raw<readonly Suggestion[] | null>(null);
  /** The words that `forDraft` belongs to. */
  draftAsked = '';
  /** What the customer's words say; nothing until they were read. */
  reading = $state.raw<ConversationReading | null>(null);
  readonly #says = $derived(new Map(this.reading?.lines.map((line) => [line.id, line])));
  /** It is no longer the reader's to see. */
  closed = $state(false);
  readonly timeline: Timeline;
  readonly draft: Draft;
  /** The line that stood on top when it was left; nothing: the newest. */
  readonly readingAt: string | null;
  /** What had been read when it was opened: the unread divider stands after it. */
  readonly readWhenOpened: number;
  #loading: Promise<void> | undefined;

  constructor(opened: Opened) {
    this.id = opened.header.id;
    this.header = $state.raw(opened.header);
    this.customer = $state.raw(opened.customer);
    this.#told = opened.suggestions;
    this.suggested = opened.suggestions.length > 0;
    this.draft = new Draft(this.id, opened.draft);
    this.timeline = new Timeline(opened.timeline);
    this.readingAt = opened.reading_at;
    this.readWhenOpened = opened.header.read_upto;
  }

  get suggestions(): readonly Suggestion[] {
    return this.forDraft ?? this.#told;
  }

  /** A suggestion is not wanted here. */
  drop(suggestion: string): void {
    const others = (one: Suggestion) => one.id !== suggestion;
    this.#told = this.#told.filter(others);
    this.forDraft = this.forDraft?.filter(others) ?? null;
  }

  /** What one line says about the customer. */
  says(line: string): LineReading | undefined {
    return this.#says.get(line);
  }

  /** Everything again, without a new beginning: what is being written and where the reader stands stay. */
  renew(opened: Opened): void {
    this.header = opened.header;
    this.customer = opened.customer;
    this.closed = false;
    this.timeline.renew(opened.timeline);
    this.draft.take(opened.draft);
  }

  /** Takes what belongs to this conversation; false when it does not. */
  take(push: Push): boolean {
    switch (push.view) {
      case 'header':
        if (push.header.id !== this.id) return false;
        this.header = push.header;
        return true;
      case 'timeline':
        if (push.conversation !== this.id) return false;
        this.timeline.apply(push.patch);
        return true;
      case 'draft':
        if (push.conversation !== this.id) return false;
        this.draft.take(push.draft);
        return true;
      case 'customer':
        if (push.conversation !== this.id) return false;
        this.customer = push.card;
        return true;
      case 'suggestions':
        if (push.conversation !== this.id) return false;
        this.#told = push.items;
        this.suggested = true;
        return true;
      case 'reading':
        if (push.conversation !== this.id) return false;
        this.reading = push.reading;
        return true;
      case 'closed':
        if (push.conversation !== this.id) return false;
        this.closed = true;
        return true;
      default:
        return false;
    }
  }

  /** Reads older lines, once at a time. */
  loadEarlier(): Promise<void> {
    const before = this.timeline.firstPlace;
    if (!this.timeline.earlier || before === null) return Promise.resolve();
    this.#loading ??= call('conversation.earlier', { id: this.id, before })
      .then((stretch) => this.timeline.prepend(stretch))
      .finally(() => (this.#loading = undefined));
    return this.#loading;
  }
}
