// A stand-in for the desk behind the screen: it answers every call of the table from memory and pushes what changed,
// so that the screens can be looked at, measured and tested without Rust. It is never part of the app. It shows what
// the screens do, not what the desk does: no story counts as shown by it.

import type {
  AttentionRow, CallName, CallReceiver, CallRow, CallInput, Choice, Connection, ConversationRow, ConversationState, CustomerCard, Draft, DraftFile, Dropped, Failure, FailureCode,
  FollowUpRow, FollowUpScope, Gate, Header, Home, Keys, Library, OfferRow, Opened, PhoneState, PracticeCustomer, Presence, Push, Settings,
  Start, TimelineItem, WaitingRow, WorkspaceRow, Supervise, Workspace, Person,
} from './standin-types';
import { SHORTEST } from '../src/features/keys/passphrase.svelte';
import { isText } from '../src/shared/loops';
import { callDay, callRow, spoken, times } from './demo/calls';
import { card, customer, lea as leaCard, plainCards } from './demo/customers';
import { library, practice } from './demo/library';
import * as lines from './demo/lines';
import { waits } from './demo/conflicts';
import { day, hold, waitingRow, type Held } from './demo/day';
import { loop } from './demo/loops';
import { LOCKED, isOffline, type Scene } from './demo/scenes';
import { colleagues, DAY, me, MINUTE, presence, workspace } from './demo/people';

const PAGE = 60;
/** After this many ms the other end of a telephone has done what it does. */
export const SOON = 300;
const LEVELS = [12, 38, 61, 74, 55, 42, 66, 80, 47, 20];
/** What opens the files behind the gates. */
export const PASSPHRASE = 'seven quiet lighthouses';

export class StandIn {
  readonly calls: { name: CallName; input: unknown }[] = [];
  /** Calls of these names fail with these codes, for tests. */
  readonly failing = new Map<CallName, FailureCode>();
  settings: Settings;
  now: () => number;
  #send: (batch: Push[]) => void = () => {};
  #pending: Push[] = [];
  #scheduled = false;
  #held = new Map<string, Held>();
  #offers: OfferRow[] = [];
  #waiting: WaitingRow[] = [];
  #phone: PhoneState = 'ready';
  #calls = new Map<string, CallRow>();
  #testing: ReturnType<typeof setInterval> | undefined;
  #loops: FollowUpRow[] = [];
  #attention: AttentionRow[] = [];
  /** What was settled, with the loop as it was, so that it can be taken back. */
  #settled = new Map<string, { row: AttentionRow; loop: FollowUpRow }>();
  #practice: PracticeCustomer[] = structuredClone(practice);
  #library: Library;
  #presence: Presence;
  #connection: Connection;
  #workspaces: WorkspaceRow[];
  #open: string | null = null;
  #scope: FollowUpScope | null = null;
  #supervising = false;
  #uploads = new Map<string, number>();
  #dropped: Dropped = { added: [], refused: [] };
  #ids = 0;
  #unlocked = false;
  #keys: Keys = { keyring: true, passphrase: false };

  constructor(readonly scene: Scene = 'day', now: () => number = Date.now) {
    this.now = now;
    const t = now();
    this.settings = {
      theme: 'system', language: 'en', zoom: 100, undo_send_s: 3, left_width: 300, right_width: 360,
      notifications: { offers: true, messages: true, mentions: true, hide_content: true }, audio: { microphone: null, speaker: null, ringer: null, volume: 70, without_noise: true, without_echo: false }, shortcuts: {}, hints_seen: [],
    };
    this.#library = library(t);
    this.#presence = presence(me.id, 'available', t - 42 * MINUTE, 2);
    this.#connection = {
      state: isOffline(scene) ? 'offline' : scene === 'reconnecting' ? 'reconnecting' : 'live',
      complete_up_to: isOffline(scene) ? t - 14 * MINUTE : scene === 'reconnecting' ? t - 20_000 : null, unsent: 0, attention: 0, ahead: 0,
      quota: scene === 'nearly' ? { what: 'changes', percent: 86 } : scene === 'over' ? { what: 'files', percent: 100 } : null,
    };
    this.#workspaces = [
      { id: 'practice', name: 'Maison Alba · Care', address: null, current: true },
      { id: 'north', name: 'Nordlicht Support', address: 'https://desk.nordlicht.example', current: false },
    ];
    if (scene === 'empty') return;
    const whole = day(scene, t);
    this.#held = new Map(whole.held.map((one) => [one.header.id, one]));
    const calls = callDay(scene, t);
    for (const one of calls.held) this.#held.set(one.header.id, one);
    this.#phone = calls.phone;
    this.#calls = new Map(calls.calls.map((row) => [row.id, row]));
    this.#offers = [...whole.offers, ...calls.offers];
    this.#waiting = whole.waiting;
    this.#loops = whole.loops;
    this.#attention = whole.attention;
    this.#connection = { ...this.#connection, ...this.#unsent() };
    if (scene !== 'no_practice') this.#open = calls.open ?? 'c-lea';
  }

  // ---- what the screen reaches ---------------------------------------------------------------------------------

  /** Puts itself where the screen looks for its window. */
  install(): void {
    const callbacks = new Map<number, (data: unknown) => void>();
    let last = 0;
    Object.assign(window, {
      isTauri: true,
      __TAURI_INTERNALS__: {
        callbacks,
        transformCallback: (callback: (data: unknown) => void) => {
          callbacks.set(++last, callback);
          return last;
        },
        unregisterCallback: (id: number) => callbacks.delete(id),
        runCallback: (id: number, data: unknown) => callbacks.get(id)?.(data),
        convertFileSrc: () => '/demo-preview/',
        metadata: { currentWindow: { label: 'main' }, currentWebview: { windowLabel: 'main', label: 'main' } },
        invoke: async (command: string, args: Record<string, unknown>) => {
          if (command === 'listen') {
            const channel = args['channel'] as { id: number };
            let index = 0;
            this.#send = (batch) => callbacks.get(channel.id)?.({ message: structuredClone(batch), index: index++ });
            return null;
          }
          if (command === 'painted') return null;
          if (command === 'call') return structuredClone(await this.call(args['name'] as CallName, args['input']));
          throw new Error(`unknown command ${command}`);
        },
      },
    });
  }

  get opened(): string | null {
    return this.#open;
  }

  /** The conversation that is open at the start. */
  startWith(id: string): void {
    this.#open = id;
    this.#get(id).own = this.#get(id).header.mine;
  }

  push(...pushes: Push[]): void {
    this.#pending.push(...pushes);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      // The page of a test that is over has nobody to tell.
      if (typeof window === 'undefined') return;
      const batch = this.#pending;
      this.#pending = [];
      this.#send(batch);
    });
  }

  async call(name: CallName, input: unknown): Promise<unknown> {
    this.calls.push({ name, input: structuredClone(input) });
    const code = this.failing.get(name);
    if (code) throw fail(code);
    if (this.#connection.state === 'offline' && NEEDS_LINE.has(name)) throw fail('offline');
    const body = this.#bodies[name] as (input: never) => unknown;
    if (!body) throw fail('fault');
    return (await body.call(this, input as never)) ?? null;
  }

  // ---- the table -----------------------------------------------------------------------------------------------

  #bodies: { [N in CallName]: (input: CallInput<N>) => unknown } = {
    'app.start': () => this.#start(),
    'app.settings': (settings) => {
      this.settings = settings;
      return settings;
    },
    'app.open_link': () => null,
    'app.open_chat': () => null,
    'app.quit': () => null,

    'workspace.add': () => this.push({ view: 'gate', gate: { gate: 'signed_out', waiting: true } }),
    'workspace.use': ({ id }) => {
      this.#workspaces = this.#workspaces.map((row) => ({ ...row, current: row.id === id }));
      this.push({ view: 'workspaces', workspaces: this.#workspaces }, { view: 'gate', gate: id === 'practice' ? this.#ready() : { gate: 'signed_out', waiting: false } });
    },
    'workspace.sign_in': () => this.push({ view: 'gate', gate: { gate: 'signed_out', waiting: true } }),
    'workspace.cancel_sign_in': () => this.push({ view: 'gate', gate: { gate: 'signed_out', waiting: false } }),
    'workspace.sign_out': ({ even_unsent }) => {
      if (this.#workspaces.find((row) => row.current)?.address === null) throw fail('invalid');
      if (this.#connection.unsent > 0 && !even_unsent) throw fail('unsent');
      this.push({ view: 'gate', gate: { gate: 'signed_out', waiting: false } });
    },
    'workspace.forget': ({ id }) => {
      this.#workspaces = this.#workspaces.filter((row) => row.id !== id);
      this.push({ view: 'workspaces', workspaces: this.#workspaces });
    },

    'keys.try_again': () => this.push({ view: 'gate', gate: this.#gate() }),
    'keys.unlock': ({ passphrase }) => this.#unlock(passphrase === PASSPHRASE ? null : 'wrong_passphrase'),
    'keys.begin_anew': () => undefined,
    'keys.choose': ({ passphrase }) => this.#unlock([...passphrase].length < SHORTEST ? 'invalid' : null),
    'keys.set_passphrase': () => (this.#keys = { ...this.#keys, passphrase: true }),
    'keys.remove_passphrase': () => (this.#keys = { ...this.#keys, passphrase: false }),

    'presence.set': ({ state, reason }) => this.#setPresence({ state, reason, since: this.now() }),
    'presence.finish': ({ on }) => this.#setPresence({ finishing: on }),
    'presence.channel': ({ channel, open }) =>
      this.#setPresence({ channels: this.#presence.channels.map((one) => (one.channel === channel ? { ...one, open } : one)) }),

    'offer.accept': ({ id }) => this.#accept(id),
    'offer.decline': ({ id }) => {
      const offer = this.#offers.find((row) => row.id === id);
      this.#offers = this.#offers.filter((row) => row.id !== id);
      this.push({ view: 'offers', patch: { op: 'remove', id } });
      if (offer) this.#queueUp(waitingRow(id, offer.customer_name, offer.queue, offer.waiting_since, offer));
    },

    'call.answer': ({ id }) => this.#connect(id),
    'call.decline': ({ id }) => this.#endCall(id, 'declined'),
    'call.hang_up': ({ id }) => this.#endCall(id, this.#call(id).answered_at === null ? 'cancelled' : 'hung_up'),
    'call.hold': ({ id, on }) => this.#setHeld(id, on),
    'call.mute': ({ id, on }) => this.#setCall(id, { muted: on }),
    'call.press': ({ id, digits }) => this.#setCall(id, { digits: this.#call(id).digits + digits }),
    'call.transfer': ({ id, receiver }) => {
      const name = this.#receiver(receiver);
      this.#setCall(id, { transfer: { kind: 'blind', name, failed: false } });
      // Who is away does not answer.
      setTimeout(() => (receiver.to === 'person' && receiver.id === 'p-jonas' ? this.#setCall(id, { transfer: { kind: 'blind', name, failed: true } }) : this.#endCall(id, 'transferred')), SOON);
    },
    'call.consult': ({ id, receiver }) => {
      this.#setHeld(id, true);
      this.#setCall(id, { transfer: null, consult: { name: this.#receiver(receiver), stage: 'calling' } });
      setTimeout(() => this.#consulted(id, 'talking'), SOON);
    },
    'call.confer': ({ id }) => {
      this.#setHeld(id, false);
      this.#consulted(id, 'joined');
    },
    'call.complete': ({ id }) => {
      this.#setCall(id, { transfer: { kind: 'warm', name: this.#call(id).consult?.name ?? '', failed: false } });
      setTimeout(() => this.#endCall(id, 'transferred'), SOON);
    },
    'call.back': ({ id }) => {
      this.#setCall(id, { consult: null });
      this.#setHeld(id, false);
    },
    'call.dial': ({ receiver }) => {
      const [id, t] = [this.#id('call'), this.now()];
      const number = receiver.to === 'number' ? receiver.id : '';
      const name = receiver.to === 'number' ? '' : this.#receiver(receiver);
      this.#putCall(callRow(id, t, { direction: 'outbound', name, number, stage: 'dialling', since: t, answered_at: null, times: times(t, t) }));
      setTimeout(() => this.#connect(id), SOON);
    },
    'audio.devices': () => ({
      microphones: [{ id: 'alsa_input.usb-headset', name: 'Headset, microphone' }, { id: 'alsa_input.pci-analog', name: 'Built-in microphone' }],
      speakers: [{ id: 'alsa_output.usb-headset', name: 'Headset, earphones' }, { id: 'alsa_output.pci-analog', name: 'Built-in loudspeaker' }, { id: 'alsa_output.hdmi', name: 'Screen on the desk (HDMI)' }],
    }),
    'audio.test': ({ on }) => {
      clearInterval(this.#testing);
      let at = 0;
      this.#testing = on ? setInterval(() => this.push({ view: 'level', level: LEVELS[at++ % LEVELS.length] ?? 0 }), 100) : undefined;
      if (!on) this.push({ view: 'level', level: 0 });
    },
    'audio.ring': () => null,

    'conversation.show': ({ id }) => {
      this.#open = id;
      if (id === null) return null;
      const { suggestions, reading } = this.#get(id);
      setTimeout(() => {
        this.push({ view: 'suggestions', conversation: id, items: suggestions });
        if (reading) this.push({ view: 'reading', conversation: id, reading });
      }, 30);
      return { ...this.#opened(id), suggestions: [] };
    },
    'conversation.earlier': ({ id, before }) => {
      const held = this.#get(id);
      const older = held.lines.filter((row) => row.n !== null && row.n < before);
      return { items: older.slice(-PAGE), earlier: older.length > PAGE };
    },
    'conversation.read': ({ id, upto }) => {
      const held = this.#get(id);
      held.unread = 0;
      this.#setHeader(held, { read_upto: Math.max(held.header.read_upto, upto) });
    },
    'conversation.reading_at': ({ id, line }) => {
      this.#get(id).reading_at = line;
    },
    'conversation.typing': () => null,
    'conversation.transfer': ({ id }) => this.#giveAway(id),
    'conversation.assign': ({ id }) => this.#giveAway(id),
    'conversation.resolve': ({ id }) => this.#setState(id, 'wrap_up', { wrap_up_until: this.now() + 90_000, promise: null }),
    'conversation.reopen': ({ id }) => this.#setState(id, 'active', { wrap_up_until: null, disposition: null }),
    'conversation.wrap_up': ({ id, disposition }) => {
      this.#setState(id, 'resolved', { wrap_up_until: null, disposition });
      this.#get(id).own = false;
      this.push({ view: 'yours', patch: { op: 'remove', id } });
    },
    'conversation.snooze': ({ id, until }) => this.#setState(id, 'snoozed', { snoozed_until: until }),
    'conversation.wake': ({ id }) => this.#setState(id, 'active', { snoozed_until: null }),
    'conversation.end': ({ id }) => this.#setState(id, 'wrap_up', { wrap_up_until: this.now() + 90_000, promise: null }),
    'conversation.reason': ({ id, reason }) => this.#setHeader(this.#get(id), { reason }),
    'conversation.link': ({ id, customer }) => {
      const held = this.#get(id);
      held.card = customer === 'cu-lea' ? leaCard(this.now()) : (plainCards(this.now())[customer] ?? held.card);
      this.push({ view: 'customer', conversation: id, card: this.#card(held) });
      this.#setHeader(held, { linked: true, may_be: null, customer, customer_name: held.card.customer.name });
    },
    'conversation.unlink': ({ id }) => {
      const held = this.#get(id);
      held.card = plainCards(this.now())['cu-visitor'] ?? held.card;
      this.push({ view: 'customer', conversation: id, card: this.#card(held) });
      this.#setHeader(held, { linked: false, customer: 'cu-visitor', customer_name: '' });
    },

    'customer.open': ({ id }) => [...this.#held.values()].find((held) => held.header.customer === id)?.header.id ?? null,
    'customer.confirm': ({ customer, identity, verified }) => {
      for (const held of this.#held.values()) {
        if (held.card.customer.id !== customer) continue;
        const identities = held.card.customer.identities.map((one) => (one.id === identity ? { ...one, trust: verified ? ('verified' as const) : ('claimed' as const) } : one));
        held.card = { ...held.card, customer: { ...held.card.customer, identities }, verified: identities.some((one) => one.trust === 'verified') };
        this.push({ view: 'customer', conversation: held.header.id, card: this.#card(held) });
      }
    },
    'customer.unblock': ({ id }) => {
      for (const held of this.#held.values()) {
        if (held.card.customer.id !== id) continue;
        held.card = { ...held.card, customer: { ...held.card.customer, blocked: false } };
        this.push({ view: 'customer', conversation: held.header.id, card: this.#card(held) });
      }
    },

    'draft.save': ({ id, draft }) => {
      const held = this.#get(id);
      held.draft = draft;
      if (held.own) this.#pushRow(held);
    },
    'draft.file': ({ id, upload, name, bytes, last }) => {
      const size = (this.#uploads.get(upload) ?? 0) + Math.floor(bytes.length * 0.75);
      this.#uploads.set(upload, size);
      if (!last) return null;
      const held = this.#get(id);
      const file: DraftFile = { sha256: hash(upload), name, mime: 'application/octet-stream', size };
      held.draft = { ...held.draft, attachments: [...held.draft.attachments, file] };
      return file;
    },
    'draft.paste': () => null,
    'draft.drop': ({ id }) => {
      const held = this.#get(id);
      held.draft = { ...held.draft, attachments: [...held.draft.attachments, ...this.#dropped.added] };
      return this.#dropped;
    },
    'draft.remove_file': ({ id, sha256 }) => {
      const held = this.#get(id);
      held.draft = { ...held.draft, attachments: held.draft.attachments.filter((file) => file.sha256 !== sha256) };
    },

    'message.send': ({ id, mode, text, attachments }) => this.#sendLine(id, mode === 'note', text, attachments),
    'message.undo': ({ id }) => this.#undoLine(id),
    'message.send_now': ({ id }) => this.#settleLine(id),
    'file.save': ({ name }) => this.push({ view: 'toast', toast: { toast: 'file_saved', path: `Downloads/${name}` } }),

    'attention.hand_over': ({ id }) => this.#dropAttention(id),
    'attention.retry': ({ id }) => {
      this.#dropAttention(id);
      this.#settleLine(id);
    },
    'attention.edit': ({ id }) => {
      const row = this.#attention.find((one) => one.id === id);
      this.#dropAttention(id);
      const held = [...this.#held.values()].find((one) => one.lines.some((line) => line.id === id));
      if (held) this.#undoLine(id);
      return row?.conversation ?? held?.header.id ?? null;
    },
    'attention.discard': ({ id }) => {
      this.#dropAttention(id);
      for (const held of this.#held.values()) {
        const before = held.lines.length;
        held.lines = held.lines.filter((line) => line.id !== id);
        if (held.lines.length < before) this.push({ view: 'timeline', conversation: held.header.id, patch: { op: 'remove', id } });
      }
    },

    'suggest.for_draft': ({ id, text }) => {
      const all = this.#get(id).suggestions;
      const start = text.toLowerCase();
      const fits = all.filter((one) => one.text.toLowerCase().startsWith(start));
      return [...fits, ...all.filter((one) => !fits.includes(one))];
    },
    'suggest.refuse': ({ id, suggestion }) => {
      const held = this.#get(id);
      held.suggestions = held.suggestions.filter((one) => one.id !== suggestion);
    },
    'macro.find': ({ id, text }) => {
      const name = this.#get(id).header.customer_name.split(' ')[0] ?? '';
      return this.#library.macros
        .filter((row) => `${row.name} ${row.title}`.toLowerCase().includes(text.toLowerCase()))
        .map((row) => ({
          id: row.id, name: row.name, title: row.title, language: row.language, actions: row.actions,
          text: row.text.replaceAll('{{customer.first_name}}', name).replaceAll('{{order}}', '48-2291'),
        }));
    },

    'follow_up.add': ({ customer, conversation, title, owner, due, priority, cause }) => {
      const id = this.#id('fu');
      const holder = [...this.#held.values()].find((held) => held.card.customer.id === customer);
      this.#putLoop(loop(id, title, due, this.now(), {
        customer, conversation, priority, cause, owner: owner ?? me.id, customer_name: holder?.card.customer.name ?? '', made_at: this.now(),
      }, { owner_name: this.#name(owner ?? me.id), mine: (owner ?? me.id) === me.id, delivery: { state: 'saved' } }));
      return id;
    },
    'follow_up.change': ({ id, change }) => {
      const row = this.#loops.find((one) => one.follow_up.id === id);
      if (!row) throw fail('gone');
      const follow_up = {
        ...row.follow_up, [change.field]: change.value,
        history: [...row.follow_up.history, { at: this.now(), by: me.name, change }],
      };
      const live = this.#connection.state === 'live';
      const next = { ...row, follow_up, owner_name: this.#name(follow_up.owner), mine: follow_up.owner === me.id };
      this.#putLoop({ ...next, delivery: live ? null : { state: 'saved' }, changed: live ? row.changed : [...new Set([...row.changed, change.field])] });
      if (!live) this.#putAttention(waits(this.#id('at'), next, change, this.now()));
    },
    'follow_up.settle': ({ id, choice }) => this.#settle(id, choice),
    'follow_up.unsettle': ({ id }) => {
      const settled = this.#settled.get(id);
      if (!settled) throw fail('too_late');
      this.#settled.delete(id);
      this.#putLoop(settled.loop);
      this.#putAttention(settled.row);
    },
    'follow_up.show': ({ scope }) => {
      this.#scope = scope;
      return scope === null ? [] : this.#loops.filter((row) => fits(row, scope));
    },

    'search.find': ({ text }) => ({ text, rows: this.#find(text, 8) }),
    'search.everywhere': ({ text }) => ({ text, rows: this.#find(text, 30) }),

    'library.list': () => this.#library,
    'library.put_article': ({ article }) => {
      const articles = [...this.#library.articles.filter((row) => row.id !== article.id), { ...article, changed_at: this.now(), changed_by: me.name, version: article.version + 1 }];
      this.#library = { ...this.#library, articles: articles.sort((a, b) => a.title.localeCompare(b.title)) };
    },
    'library.remove_article': ({ id }) => {
      this.#library = { ...this.#library, articles: this.#library.articles.filter((row) => row.id !== id) };
    },
    'library.put_macro': ({ prepared }) => {
      const macros = [...this.#library.macros.filter((row) => row.id !== prepared.id), { ...prepared, changed_at: this.now(), changed_by: me.name, version: prepared.version + 1 }];
      this.#library = { ...this.#library, macros: macros.sort((a, b) => a.name.localeCompare(b.name)) };
    },
    'library.remove_macro': ({ id }) => {
      this.#library = { ...this.#library, macros: this.#library.macros.filter((row) => row.id !== id) };
    },

    'supervise.show': ({ on }) => {
      this.#supervising = on;
      return on ? this.#supervise() : null;
    },

    'practice.list': () => this.#practice,
    'practice.start': ({ id }) => this.#practiceStarts(id),
    'practice.stop': ({ id }) => this.#setPractice(id, false),
  };

  // ---- small steps ---------------------------------------------------------------------------------------------

  #start(): Start {
    return { version: '0.1.0', settings: this.settings, workspaces: this.#workspaces, gate: this.#gate() };
  }

  #gate(): Gate {
    if (this.scene === 'opening') return { gate: 'opening' };
    if (this.#unlocked) return this.#ready();
    const locked = LOCKED[this.scene];
    if (locked) return { gate: 'locked', ...locked, since: locked.why === 'lease_over' ? this.now() - 3 * DAY - 5 * MINUTE : null };
    if (this.scene === 'signed_out') return { gate: 'signed_out', waiting: false };
    if (this.scene === 'signing_in') return { gate: 'signed_out', waiting: true };
    return this.#ready();
  }

  #unlock(wrong: FailureCode | null): void {
    if (wrong) throw fail(wrong);
    this.#unlocked = true;
    this.#keys = { keyring: this.scene === 'locked_key', passphrase: true };
    this.push({ view: 'gate', gate: this.#ready() });
  }

  #ready(): Gate {
    if (this.#attention.length > 0) this.push({ view: 'attention', patch: { op: 'reset', items: this.#attention, total: this.#attention.length } });
    const home: Home = {
      me: this.#me(), presence: this.#presence, workspace: workspace as Workspace,
      chat_link: 'http://127.0.0.1:47811/chat/alba', colleagues: colleagues(this.now()), connection: this.#connection,
      offers: this.#offers, phone: this.#phone, calls: [...this.#calls.values()], yours: [...this.#held.values()].filter((held) => held.own).map((held) => this.#row(held)),
      waiting: this.#waiting, follow_ups: this.#counts(), open: this.#open ? this.#opened(this.#open) : null, practice: this.scene !== 'no_practice', keys: this.#keys,
    };
    return { gate: 'ready', home };
  }

  #me(): Person {
    return this.scene === 'advisor' ? { ...me, role: 'advisor' } : me;
  }

  #get(id: string): Held {
    const held = this.#held.get(id);
    if (!held) throw fail('gone');
    return held;
  }

  #opened(id: string): Opened {
    const held = this.#get(id);
    const from = Math.max(0, held.lines.length - PAGE);
    return {
      header: held.header, timeline: { items: held.lines.slice(from), earlier: from > 0 }, draft: held.draft, customer: this.#card(held),
      suggestions: held.suggestions, reading_at: held.reading_at,
    };
  }

  #card(held: Held): CustomerCard {
    return { ...held.card, follow_ups: this.#loops.filter((row) => row.follow_up.customer === held.card.customer.id && row.follow_up.status !== 'done') };
  }

  #row(held: Held): ConversationRow {
    const { header } = held;
    const last = held.lines.findLast((line) => line.kind === 'message');
    return {
      id: header.id, customer_name: header.customer_name, channel: header.channel, state: header.state,
      last_side: last ? (last.side === 'customer' ? 'customer' : 'company') : null,
      last_text: last?.parts.map((part) => ('text' in part ? part.text : part.part === 'hidden' ? '' : '')).join('').slice(0, 140) ?? '',
      last_at: last?.at ?? this.now(), unread: held.unread, promise: header.promise, snoozed_until: header.snoozed_until, wrap_up_until: header.wrap_up_until,
      parked: held.parked, draft: held.draft.reply !== '' || held.draft.note !== '',
      attention: held.lines.some((line) => line.delivery?.state === 'not_sent'), typing: header.typing.includes(header.customer_name) && header.customer_name !== '',
    };
  }

  #pushRow(held: Held): void {
    this.push({ view: 'yours', patch: { op: 'upsert', item: this.#row(held) } });
  }

  #setHeader(held: Held, change: Partial<Header>): void {
    held.header = { ...held.header, ...change };
    if (this.#open === held.header.id) this.push({ view: 'header', header: held.header });
    if (held.own) this.#pushRow(held);
  }

  #setState(id: string, state: ConversationState, change: Partial<Header>): void {
    this.#setHeader(this.#get(id), { state, ...change });
  }

  #setPresence(change: Partial<Presence>): void {
    this.#presence = { ...this.#presence, ...change };
    this.push({ view: 'me', person: this.#me(), presence: this.#presence });
  }

  #accept(id: string): void {
    const offer = this.#offers.find((row) => row.id === id);
    const waits = this.#waiting.find((row) => row.id === id);
    const row = offer ?? waits;
    if (!row) throw fail('too_late');
    this.#offers = this.#offers.filter((one) => one.id !== id);
    this.#waiting = this.#waiting.filter((one) => one.id !== id);
    const t = this.now();
    const call = row.channel === 'voice';
    const held = call ? spoken(id, t) : hold(id, card(customer(`cu-${id}`, row.customer_name, { tier: row.tier, language: row.language })), lines.placed([
      lines.line(row.waiting_since, 'customer', offer?.subject ?? 'Hello, can somebody help me?'), lines.activity(t, { what: 'accepted', by: me.name }),
    ]), { queue_name: row.queue, subject: offer?.subject ?? '', language: row.language, promise: { from: row.waiting_since, due: t + 2 * MINUTE }, live: true }, { unread: 1 });
    this.#held.set(id, held);
    this.push({ view: 'offers', patch: { op: 'remove', id } }, { view: 'waiting', patch: { op: 'remove', id } });
    this.#pushRow(held);
    if (!call) return;
    // The telephone follows: it was taken, then both are there.
    const leg = this.#id('call');
    this.#putCall(callRow(leg, t, {
      conversation: id, name: row.customer_name, number: offer?.number ?? '', stage: 'accepted', since: t, answered_at: null, times: times(row.waiting_since, t, { wait: t - row.waiting_since }),
    }));
    setTimeout(() => this.#connect(leg), SOON);
  }

  // ---- the telephone -------------------------------------------------------------------------------------------

  phone(state: PhoneState): void {
    this.#phone = state;
    this.push({ view: 'phone', phone: state });
  }

  /** A call as it stands now, for tests that tell what the exchange does. */
  callNow(row: CallRow): void {
    this.#putCall(row);
  }

  #call(id: string): CallRow {
    const row = this.#calls.get(id);
    if (!row) throw fail('gone');
    return row;
  }

  #putCall(row: CallRow): void {
    this.#calls.set(row.id, row);
    this.push({ view: 'calls', patch: { op: 'upsert', item: row } });
  }

  #setCall(id: string, change: Partial<CallRow>): void {
    const row = this.#calls.get(id);
    if (row) this.#putCall({ ...row, ...change });
  }

  /** What ran until now is counted, and something else runs from now on. */
  #counted(row: CallRow): Pick<CallRow, 'times' | 'since'> {
    const now = this.now();
    const ran = now - row.times.since;
    const what = row.stage !== 'connected' ? 'ring' : row.held.by_us || row.held.by_them ? 'hold' : 'talk';
    return { since: now, times: { ...row.times, since: now, [what]: row.times[what] + ran } };
  }

  #connect(id: string): void {
    const row = this.#calls.get(id);
    if (row && row.stage !== 'ended') this.#putCall({ ...row, ...this.#counted(row), stage: 'connected', answered_at: this.now() });
  }

  #setHeld(id: string, on: boolean): void {
    const row = this.#call(id);
    if (row.held.by_us !== on) this.#putCall({ ...row, ...this.#counted(row), held: { ...row.held, by_us: on } });
  }

  #consulted(id: string, stage: 'talking' | 'joined'): void {
    const row = this.#calls.get(id);
    if (row?.consult) this.#putCall({ ...row, consult: { ...row.consult, stage } });
  }

  #endCall(id: string, reason: 'hung_up' | 'cancelled' | 'declined' | 'transferred'): void {
    const row = this.#calls.get(id);
    if (!row || row.stage === 'ended') return;
    const ended = { at: this.now(), by: 'company' as const, reason, code: null };
    const over: CallRow = { ...row, ...this.#counted(row), stage: 'ended', consult: null, transfer: null, ended };
    this.#calls.delete(id);
    if (reason === 'declined') this.push({ view: 'calls', patch: { op: 'remove', id } });
    else {
      this.push({ view: 'calls', patch: { op: 'upsert', item: over } });
      setTimeout(() => this.push({ view: 'calls', patch: { op: 'remove', id } }), 4 * SOON);
    }
    const held = row.conversation === null ? undefined : this.#held.get(row.conversation);
    if (!held) return;
    if (reason === 'transferred') return this.#giveAway(held.header.id);
    this.#setHeader(held, {
      state: 'wrap_up', wrap_up_until: this.now() + 90_000,
      call: { correlation: id, direction: row.direction, with: { name: row.name, number: row.number }, answered_at: row.answered_at, times: over.times, holds: 0, recorded: row.recorded, ended, sound: row.sound },
    });
  }

  #receiver(to: CallReceiver): string {
    return to.to === 'number' ? to.id : to.to === 'person' ? this.#name(to.id) : (workspace.queue.find((queue) => queue.id === to.id)?.name ?? to.id);
  }

  #queueUp(row: WaitingRow): void {
    this.#waiting = [...this.#waiting, row];
    this.push({ view: 'waiting', patch: { op: 'upsert', item: row } });
  }

  #giveAway(id: string): void {
    const held = this.#get(id);
    held.own = false;
    this.push({ view: 'yours', patch: { op: 'remove', id } });
    this.#setHeader(held, { mine: false, owner: 'Amir Saïdi' });
    if (this.#supervising) this.push({ view: 'supervise', supervise: this.#supervise() });
  }

  #sendLine(id: string, note: boolean, text: string, hashes: string[]): TimelineItem {
    const held = this.#get(id);
    const undo = this.settings.undo_send_s * 1000;
    const sent = lines.mine(this.now(), text, note || undo === 0 ? { state: 'sending' } : { state: 'undo', until: this.now() + undo }, {
      kind: note ? 'note' : 'message', id: this.#id('m'), n: null,
      attachments: held.draft.attachments.filter((file) => hashes.includes(file.sha256)).map((file) => ({ ...file, preview: null })),
    });
    held.lines = [...held.lines, sent];
    held.draft = note ? { ...held.draft, note: '' } : { ...held.draft, reply: '', attachments: [] };
    this.push({ view: 'timeline', conversation: id, patch: { op: 'upsert', item: sent } });
    this.#setHeader(held, note ? {} : { promise: null });
    setTimeout(() => this.#settleLine(sent.id), note ? 200 : undo + 200);
    return sent;
  }

  #undoLine(id: string): Draft {
    const held = [...this.#held.values()].find((one) => one.lines.some((line) => line.id === id));
    const line = held?.lines.find((one) => one.id === id);
    if (!held || !line || line.n !== null) throw fail('too_late');
    held.lines = held.lines.filter((one) => one.id !== id);
    const text = line.parts.map((part) => ('text' in part ? part.text : '')).join('');
    held.draft = line.kind === 'note' ? { ...held.draft, mode: 'note', note: text } : { ...held.draft, mode: 'reply', reply: text };
    this.push({ view: 'timeline', conversation: held.header.id, patch: { op: 'remove', id } }, { view: 'draft', conversation: held.header.id, draft: held.draft });
    return held.draft;
  }

  #settleLine(id: string): void {
    for (const held of this.#held.values()) {
      const line = held.lines.find((one) => one.id === id);
      if (!line || line.n !== null || this.#connection.state !== 'live') continue;
      const sent = { ...line, n: held.lines.filter((one) => one.n !== null).length + 1, delivery: { state: 'sent' as const } };
      held.lines = [...held.lines.filter((one) => one.id !== id && one.n !== null), sent, ...held.lines.filter((one) => one.id !== id && one.n === null)];
      this.push({ view: 'timeline', conversation: held.header.id, patch: { op: 'upsert', item: sent } });
    }
  }

  /** A line of the customer arrives; for measures and for looking. */
  arrive(id: string, text: string): void {
    const held = this.#get(id);
    const said = { ...lines.line(this.now(), 'customer', text), n: held.lines.filter((one) => one.n !== null).length + 1 };
    held.lines = [...held.lines.filter((one) => one.n !== null), said, ...held.lines.filter((one) => one.n === null)];
    if (this.#open !== id) held.unread += 1;
    this.push({ view: 'timeline', conversation: id, patch: { op: 'upsert', item: said } });
    this.#pushRow(held);
  }

  /** Files are let go over the window. */
  drop(dropped: Dropped): void {
    this.#dropped = dropped;
    this.push({ view: 'drag', drag: 'dropped' });
  }

  connection(change: Partial<Connection>): void {
    this.#connection = { ...this.#connection, ...change };
    this.push({ view: 'connection', connection: this.#connection });
  }

  #dropAttention(id: string): void {
    const dropped = this.#attention.find((row) => row.id === id);
    this.#attention = this.#attention.filter((row) => row.id !== id);
    this.push({ view: 'attention', patch: { op: 'remove', id } });
    const of = this.#loops.find((row) => row.follow_up.id === dropped?.follow_up);
    if (of) this.#putLoop({ ...of, delivery: null, changed: of.changed.filter((field) => field !== dropped?.change?.field) });
    this.connection(this.#unsent());
  }

  #putAttention(row: AttentionRow): void {
    this.#attention = [...this.#attention.filter((one) => one.id !== row.id), row];
    this.push({ view: 'attention', patch: { op: 'upsert', item: row } });
    this.connection(this.#unsent());
  }

  #unsent(): Pick<Connection, 'unsent' | 'attention'> {
    const needs = this.#attention.filter((row) => row.delivery.state === 'not_sent').length;
    return { unsent: this.#attention.length - needs, attention: needs };
  }

  #settle(id: string, choice: Choice): void {
    const row = this.#attention.find((one) => one.id === id);
    const of = this.#loops.find((one) => one.follow_up.id === row?.follow_up);
    const change = row?.change;
    if (!row || !of || !change) throw fail('too_late');
    this.#settled.set(id, { row, loop: of });
    this.#dropAttention(id);
    if (choice.keep === 'theirs') return;
    const text = choice.keep === 'merge' ? choice.text : '';
    const field = choice.keep === 'mine' || isText(change.field) ? change.field : 'note';
    const value = choice.keep === 'mine' ? change.value : field === change.field ? text : [of.follow_up.note, text].filter((part) => part !== '').join('\n');
    this.#putLoop({ ...of, follow_up: { ...of.follow_up, [field]: value }, delivery: { state: 'undo', until: this.now() + 10_000 }, changed: [field] });
  }

  #putLoop(row: FollowUpRow): void {
    const id = row.follow_up.id;
    this.#loops = [...this.#loops.filter((one) => one.follow_up.id !== id), row].sort((a, b) => a.follow_up.due - b.follow_up.due);
    if (this.#scope) {
      this.push({ view: 'follow_ups', patch: fits(row, this.#scope) ? { op: 'upsert', item: row } : { op: 'remove', id } });
    }
    this.push({ view: 'follow_up_counts', counts: this.#counts() });
    for (const held of this.#held.values()) {
      if (held.card.customer.id === row.follow_up.customer && this.#open === held.header.id) {
        const all = this.#loops.filter((one) => one.follow_up.customer === held.card.customer.id);
        this.push({ view: 'customer', conversation: held.header.id, card: { ...held.card, follow_ups: all } });
      }
    }
  }

  #counts() {
    const end = new Date(this.now()).setHours(23, 59, 59, 999);
    const mine = this.#loops.filter((row) => fits(row, 'mine'));
    return {
      mine: mine.length, due: mine.filter((row) => row.follow_up.due <= end).length,
      team: this.#loops.filter((row) => fits(row, 'team')).length, waiting: this.#loops.filter((row) => fits(row, 'waiting')).length,
    };
  }

  #supervise(): Supervise {
    const t = this.now();
    return {
      at: t - 1000,
      queues: workspace.queue.map((queue, i) => ({
        id: queue.id, name: queue.name, waiting: [2, 1, 2, 0][i] ?? 0, longest: [t - 134_000, t - 97_000, t - 65_000, null][i] ?? null,
        target_s: queue.first_reply_s, on_line: [4, 4, 3, 0][i] ?? 0, free: [1, 1, 2, 0][i] ?? 0,
      })),
      advisors: [
        { id: me.id, name: me.name, presence: this.#presence, conversations: [...this.#held.values()].filter((held) => held.own && held.header.state === 'active').slice(0, 3).map((held) => ({ conversation: held.header.id, customer_name: held.header.customer_name, queue: held.header.queue, unanswered_since: held.header.promise?.from ?? null })) },
        ...colleagues(t).flatMap((row) => (row.presence ? [{
          id: row.person.id, name: row.person.name, presence: row.presence,
          conversations: row.person.id === 'p-amir' ? [{ conversation: 'c-amirs', customer_name: 'Ben Achterberg', queue: 'care', unanswered_since: t - 6 * MINUTE }] : [],
        }] : [])),
      ].sort((a, b) => a.name.localeCompare(b.name)),
    };
  }

  #setPractice(id: string, running: boolean): void {
    this.#practice = this.#practice.map((row) => (row.id === id ? { ...row, running } : row));
    this.push({ view: 'practice', customers: this.#practice });
  }

  #practiceStarts(id: string): void {
    this.#setPractice(id, true);
    const who = this.#practice.find((row) => row.id === id);
    const t = this.now();
    const offer: OfferRow = {
      id: this.#id('c'), customer_name: who?.name ?? '', tier: null, channel: 'chat', queue: 'Product care', reason: null, language: who?.language ?? 'en',
      subject: who?.problem ?? '', waiting_since: t, from: t, until: t + 30_000, by: null, handed_over: null, first_because: null, number: null,
    };
    this.#offers = [...this.#offers, offer];
    this.push({ view: 'offers', patch: { op: 'upsert', item: offer } });
  }

  #find(text: string, limit: number) {
    const words = text.toLowerCase();
    const rows = [];
    for (const held of this.#held.values()) {
      const { customer: who } = held.card;
      const base = { customer_name: who.name, customer: who.id, conversation: held.header.id, at: held.lines.at(-1)?.at ?? this.now() };
      if (who.name.toLowerCase().includes(words)) rows.push({ ...base, id: `s-${who.id}-${held.header.id}`, kind: 'customer' as const, snippet: snippet(who.name, words), message: null });
      for (const order of held.card.orders) {
        if (order.title.toLowerCase().includes(words)) rows.push({ ...base, id: `s-${order.id}-${held.header.id}`, kind: 'order' as const, snippet: snippet(order.title, words), message: null });
      }
      for (const line of held.lines.slice(-200)) {
        const said = line.parts.map((part) => ('text' in part ? part.text : '')).join('');
        if (said.toLowerCase().includes(words)) rows.push({ ...base, id: `s-${line.id}`, kind: 'message' as const, snippet: snippet(said, words), message: line.id, at: line.at });
      }
    }
    const order = { customer: 0, order: 1, message: 2 };
    const seen = new Set<string>();
    return rows
      .filter((row) => row.kind !== 'customer' || (!seen.has(row.customer) && seen.add(row.customer)))
      .sort((a, b) => order[a.kind] - order[b.kind])
      .slice(0, limit);
  }

  #name(id: string): string {
    return id === me.id ? me.name : (colleagues(0).find((row) => row.person.id === id)?.person.name ?? id);
  }

  #id(kind: string): string {
    this.#ids += 1;
    return `${kind}-new-${String(this.#ids).padStart(4, '0')}`;
  }
}

const NEEDS_LINE = new Set<CallName>([
  'offer.accept', 'offer.decline', 'conversation.transfer', 'conversation.assign', 'conversation.resolve', 'conversation.reopen', 'conversation.wrap_up',
  'conversation.snooze', 'conversation.wake', 'conversation.end', 'conversation.link', 'conversation.unlink', 'customer.confirm', 'customer.unblock',
  'presence.set', 'presence.finish', 'presence.channel', 'search.everywhere', 'library.put_article', 'library.put_macro', 'library.remove_article', 'library.remove_macro',
  'practice.start', 'call.dial',
]);

function fail(code: FailureCode): Failure {
  return { code, detail: '', retry: code === 'offline' || code === 'service' };
}

function fits(row: FollowUpRow, scope: FollowUpScope): boolean {
  const { status } = row.follow_up;
  if (scope === 'done') return status === 'done';
  if (scope === 'waiting') return row.mine && status === 'waiting';
  if (scope === 'team') return !row.mine && status === 'open';
  return row.mine && status === 'open';
}

function snippet(text: string, words: string) {
  const at = text.toLowerCase().indexOf(words);
  const from = Math.max(0, at - 30);
  return [
    { text: (from > 0 ? '…' : '') + text.slice(from, at), hit: false }, { text: text.slice(at, at + words.length), hit: true },
    { text: text.slice(at + words.length, at + words.length + 60), hit: false },
  ].filter((part) => part.text !== '');
}

function hash(text: string): string {
  let h = 0;
  for (const c of text) h = (h * 31 + (c.codePointAt(0) ?? 0)) >>> 0;
  return h.toString(16).padStart(8, '0').repeat(8);
}
