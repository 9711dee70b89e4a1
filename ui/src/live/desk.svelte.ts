// All that the screen knows, in one place, and the one door through which it arrives. Nothing here decides anything:
// it is what the desk said last.

import { call, type CallName, type Input, type Output } from '../ipc/call';
import { asFailure } from '../ipc/failure';
import { listen } from '../ipc/listen';
import type {
  Drag, AttentionRow, Connection, Failure, Gate, Home, Keys, LockedWhy, Nothing, Passphrase, PracticeCustomer, Push, Settings, Start,
  Supervise, Toast, WorkspaceRow,
} from '../ipc/types';
import { setLanguage, w } from '../words/words.svelte';
import { clock } from './clock.svelte';
import { FollowUps } from './followups.svelte';
import { by, Keyed } from './keyed.svelte';
import { Notices } from './notices.svelte';
import { OpenConversation } from './opened.svelte';
import { Phone } from './phone.svelte';
import { Queue } from './queue.svelte';
import { Team } from './team.svelte';

export type Page = 'desk' | 'follow_ups' | 'supervise' | 'library' | 'settings';
export type Tried<T> = { done: true; output: T } | { done: false; failure: Failure };

export class Desk {
  version = $state('');
  gate = $state<Gate['gate']>('opening');
  lockedWhy = $state<LockedWhy>('no_keyring');
  /** Whether a passphrase helps with what is locked. */
  passphrase = $state<Passphrase>('no');
  /** Since when there was no contact, when that is why it is locked. */
  lockedSince = $state<number | null>(null);
  /** What opens the files of this workspace. */
  keys = $state.raw<Keys>({ keyring: true, passphrase: false });
  waitingForBrowser = $state(false);
  settings = $state.raw<Settings>(firstSettings);
  workspaces = $state.raw<readonly WorkspaceRow[]>([]);
  /** Files are held over the window. */
  dragged = $state(false);
  /** How often files were let go over it: they wait to be taken. */
  dropped = $state(0);
  connection = $state.raw<Connection>({ state: 'reconnecting', complete_up_to: null, unsent: 0, attention: 0, ahead: 0, quota: null });
  supervise = $state.raw<Supervise | null>(null);
  practice = $state.raw<readonly PracticeCustomer[]>([]);
  page = $state<Page>('desk');
  /** The conversation that is open, as the desk told it. */
  open = $state.raw<OpenConversation | null>(null);
  /** The conversation that was asked for: the row that is marked, at once. */
  selected = $state<string | null>(null);
  /** True when what was asked for takes longer than a blink. */
  slow = $state(false);

  readonly team = new Team();
  readonly queue = new Queue();
  readonly phone = new Phone();
  readonly followUps = new FollowUps();
  readonly notices = new Notices();
  readonly attention = new Keyed<AttentionRow>(
    (row) => row.id,
    by((row) => row.at, (row) => row.id),
  );

  #begun = false;
  #early: Push[] = [];
  #showing = 0;
  #awaited: { id: string; pushes: Push[] } | null = null;
  /** Runs before another conversation takes the place of the open one: drafts are written down. */
  readonly leaving = new Set<() => void>();

  /** Listens first, then asks for everything: nothing can fall between the two. */
  async start(): Promise<void> {
    await listen((batch) => this.take(batch));
    this.#begin(await call('app.start'));
  }

  #begin(start: Start): void {
    this.version = start.version;
    this.#setSettings(start.settings);
    this.workspaces = start.workspaces;
    this.#setGate(start.gate);
    this.#begun = true;
    const early = this.#early;
    this.#early = [];
    this.take(early);
  }

  take(batch: readonly Push[]): void {
    if (!this.#begun) {
      this.#early.push(...batch);
      return;
    }
    for (const push of batch) this.#take(push);
  }

  #take(push: Push): void {
    switch (push.view) {
      case 'gate': return this.#setGate(push.gate);
      case 'settings': return this.#setSettings(push.settings);
      case 'workspaces': this.workspaces = push.workspaces; return;
      case 'connection': return this.#setConnection(push.connection);
      case 'me':
        this.team.me = push.person;
        this.team.presence = push.presence;
        return;
      case 'workspace': this.team.workspace = push.workspace; return;
      case 'colleagues': return this.team.colleagues.apply(push.patch);
      case 'offers': return this.queue.offers.apply(push.patch);
      case 'phone': this.phone.state = push.phone; return;
      case 'calls': return this.phone.calls.apply(push.patch);
      case 'level': this.phone.level = push.level; return;
      case 'yours': return this.queue.yours.apply(push.patch);
      case 'waiting': return this.queue.waiting.apply(push.patch);
      case 'header':
      case 'timeline':
      case 'draft':
      case 'customer':
      case 'suggestions':
      case 'reading':
      case 'closed': return this.#takeOpen(push);
      case 'follow_ups': return this.followUps.list.apply(push.patch);
      case 'follow_up_counts': this.followUps.counts = push.counts; return;
      case 'attention': return this.attention.apply(push.patch);
      case 'supervise': this.supervise = push.supervise; return;
      case 'practice': this.practice = push.customers; return;
      case 'drag': return this.#drag(push.drag);
      case 'go': return this.#go(push.to);
      case 'toast': return this.#toast(push.toast);
    }
  }

  /** What arrives for a conversation whose first answer is still under way is kept until that is there. */
  #takeOpen(push: Push & { view: 'header' | 'timeline' | 'draft' | 'customer' | 'suggestions' | 'reading' | 'closed' }): void {
    const id = push.view === 'header' ? push.header.id : push.conversation;
    if (this.#awaited?.id === id) this.#awaited.pushes.push(push);
    else this.open?.take(push);
  }

  #setGate(gate: Gate): void {
    this.gate = gate.gate;
    if (gate.gate === 'locked') {
      this.lockedWhy = gate.why;
      this.passphrase = gate.passphrase;
      this.lockedSince = gate.since;
    }
    if (gate.gate === 'signed_out') this.waitingForBrowser = gate.waiting;
    if (gate.gate === 'ready') this.#fill(gate.home);
    else this.#forget();
  }

  #fill(home: Home): void {
    this.team.fill(home);
    this.queue.fill(home);
    this.phone.fill(home);
    this.keys = home.keys;
    // These are told right after.
    this.attention.reset([]);
    this.#setConnection(home.connection);
    this.followUps.counts = home.follow_ups;
    // The same desk again, after a long silence: what is being read and written stays as it is.
    if (home.open && this.open?.id === home.open.header.id && this.selected === this.open.id) {
      this.open.renew(home.open);
      return;
    }
    if (this.#awaited) return;
    this.#leave();
    this.#showing += 1;
    this.open = home.open ? new OpenConversation(home.open) : null;
    this.selected = this.open?.id ?? null;
  }

  #setConnection(connection: Connection): void {
    clock.setAhead(connection.ahead);
    this.connection = connection;
  }

  /** Another workspace or nobody: what belonged to the last one is not kept on the screen. */
  #forget(): void {
    this.#leave();
    this.#showing += 1;
    this.#awaited = null;
    this.open = null;
    this.selected = null;
    this.queue.offers.reset([]);
    this.queue.yours.reset([]);
    this.queue.waiting.reset([]);
    this.phone.forget();
    this.attention.reset([]);
    this.followUps.list.reset([]);
    this.followUps.wanted = null;
    this.supervise = null;
    this.practice = [];
    this.page = 'desk';
  }

  #setSettings(settings: Settings): void {
    this.settings = settings;
    void setLanguage(settings.language);
  }

  /** Changes some of the settings: shown at once, kept by the desk. */
  async change(change: Partial<Settings>): Promise<void> {
    const before = this.settings;
    this.#setSettings({ ...before, ...change });
    const kept = await this.attempt('app.settings', this.settings);
    if (!kept.done) this.#setSettings(before);
  }

  /** The workspace that is open, or would be. */
  get current(): WorkspaceRow | undefined {
    return this.workspaces.find((row) => row.current);
  }

  /** Why a step that never waits offline cannot be done now; empty: it can. */
  get needsLine(): string {
    return this.connection.state === 'offline' ? w().app.needsLine : '';
  }

  #leave(): void {
    for (const leave of this.leaving) leave();
  }

  /** Shows a conversation, or none. The row is marked at once; the rest follows in the same frame or the next. */
  async show(id: string | null): Promise<void> {
    this.page = 'desk';
    if (id === this.selected && (id === null || this.open?.id === id)) return;
    this.#leave();
    const showing = ++this.#showing;
    this.selected = id;
    this.#awaited = id === null ? null : { id, pushes: [] };
    const late = setTimeout(() => (this.slow = true), 150);
    try {
      const opened = await call('conversation.show', { id });
      if (showing !== this.#showing) return;
      const awaited = this.#awaited;
      this.#awaited = null;
      this.open = opened ? new OpenConversation(opened) : null;
      if (!opened) this.selected = null;
      for (const push of awaited?.pushes ?? []) this.open?.take(push);
    } catch (thrown) {
      if (showing !== this.#showing) return;
      this.#awaited = null;
      this.selected = this.open?.id ?? null;
      this.notices.fail(asFailure(thrown));
    } finally {
      clearTimeout(late);
      if (showing === this.#showing) this.slow = false;
    }
  }

  /** Goes to one loop, wherever it is listed. */
  showFollowUp(id: string): void {
    this.followUps.wanted = id;
    this.page = 'follow_ups';
  }

  /** Does a call and says what went wrong, if something did. */
  async attempt<N extends CallName>(
    name: N,
    ...input: Nothing extends Input<N> ? [] : [input: Input<N>]
  ): Promise<Tried<Output<N>>> {
    try {
      return { done: true, output: await call(name, ...input) };
    } catch (thrown) {
      const failure = asFailure(thrown);
      this.notices.fail(failure);
      return { done: false, failure };
    }
  }

  #go(to: Extract<Push, { view: 'go' }>['to']): void {
    if (to.place === 'conversation') void this.show(to.id);
    else if (to.place === 'desk') this.page = 'desk';
    else this.page = 'follow_ups';
  }

  #drag(drag: Drag): void {
    this.dragged = drag === 'over';
    if (drag === 'dropped') this.dropped += 1;
  }

  #toast(toast: Toast): void {
    const words = w().toast;
    switch (toast.toast) {
      case 'missed_offer':
        this.notices.say(words.missed_offer, { tone: 'bad', about: toast.customer_name });
        return;
      case 'silent':
        this.notices.say(words.silent, {
          about: toast.customer_name,
          open: { label: words.open, run: () => void this.show(toast.conversation) },
        });
        return;
      case 'requeued':
        this.notices.say(words.requeued, { tone: 'bad', about: toast.customer_name });
        return;
      case 'arrived':
        this.notices.say(words.arrived, {
          about: toast.customer_name,
          open: { label: words.open, run: () => void this.show(toast.conversation) },
        });
        return;
      case 'file_saved':
        this.notices.say(words.file_saved, { tone: 'good', about: toast.path });
        return;
      case 'failed':
        this.notices.fail(toast.failure);
    }
  }
}

/** Before the desk has told: what a new person would see. Never written anywhere. */
const firstSettings: Settings = {
  theme: 'system', language: 'system', zoom: 100, undo_send_s: 3, left_width: 290, right_width: 348,
  notifications: { offers: true, messages: true, mentions: true, hide_content: true },
  audio: { microphone: null, speaker: null, ringer: null, volume: 70, without_noise: true, without_echo: false }, shortcuts: {}, hints_seen: [],
};
