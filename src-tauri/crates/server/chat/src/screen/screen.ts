/** The whole page, from header to composer. Paints what it is given; what people do goes out by the actions. */
import type { Entry } from '../entries';
import type { LineState } from '../link';
import type { Want } from '../outbox';
import type { Service } from '../service';
import { plain } from '../text';
import { Times } from '../times';
import type { ChatState, Started } from '../types';
import type { Uploads } from '../uploads';
import type { Language, Words } from '../words';
import { Banner } from './banner';
import { Composer } from './composer';
import { confirmEnd } from './confirm';
import { h, say, show } from './dom';
import { Files } from './files';
import { Header, type HeaderView } from './header';
import { icon } from './icons';
import { Log, Reading } from './log';
import { Score } from './score';
import { Tail, type TailCard } from './tail';
import { Welcome } from './welcome';

export interface ScreenView {
  readonly line: LineState;
  /** For how long there has been no line, in ms. */
  readonly downFor: number;
  readonly struggling: boolean;
  readonly onLine: boolean;
  readonly started: Started | null;
  readonly state: ChatState | null;
  readonly entries: readonly Entry[];
  readonly position: number | null;
  readonly typing: boolean;
  /** The customer answered the question here. */
  readonly scored: boolean;
  /** The customer asked for the end, which is on its way. */
  readonly ending: boolean;
  /** The customer has written something, sent or not. */
  readonly saying: boolean;
  readonly signedName: string;
}

export interface ScreenSetting {
  readonly language: Language;
  readonly words: Words;
  readonly service: Service;
  readonly uploads: Uploads;
  readonly name: string;
  readonly email: string;
  readonly draft: string;
}

export interface ScreenActions {
  token(): string | null;
  send(want: Want): void;
  introduce(given: { name: string; email: string }): void;
  writing(): void;
  draft(text: string): void;
  again(id: string): void;
  discard(id: string): void;
  /** The customer scrolled: they may have read something. */
  read(): void;
  /** Nothing when the page stands alone. */
  readonly close: (() => void) | null;
}

/** A line that is gone for less than this is not worth a word. */
const GRACE = 2_500;

export class Screen {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #actions: ScreenActions;
  readonly #header: Header;
  readonly #banner = new Banner();
  readonly #welcome: Welcome;
  readonly #log: Log;
  readonly #tail: Tail;
  readonly #score: Score;
  readonly #composer: Composer;
  readonly #reading: Reading;
  readonly #files: Files;
  readonly #scroll: HTMLElement;
  readonly #spoken = h('p', { class: 'sr', role: 'status' });
  readonly #failed: HTMLElement;
  readonly #newLines: HTMLElement;
  readonly #transcript: HTMLElement;
  readonly #end: HTMLElement;
  #view: ScreenView | null = null;
  #lastTheirs: string | null = null;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(setting: ScreenSetting, actions: ScreenActions) {
    const { words } = setting;
    this.#words = words;
    this.#actions = actions;
    const times = new Times(setting.language, words);
    this.#failed = h('p', { class: 'toast', role: 'alert', hidden: true }, words.downloadFailed);
    this.#files = new Files(setting.service, actions.token, () => setting.uploads, times, words, () => this.#fail());
    this.#header = new Header(words, actions.close);
    this.#welcome = new Welcome(words, setting.name, setting.email, () => this.#composer.focus());
    this.#log = new Log(words, times, this.#files, actions);
    this.#tail = new Tail(words);
    this.#score = new Score(words, (score, value, comment) =>
      actions.send({ kind: 'score', score, value, comment }),
    );
    this.#composer = new Composer(words, times, setting.uploads, setting.draft, {
      send: (text, files) => this.#send({ kind: 'say', text, files }),
      writing: actions.writing,
      draft: actions.draft,
    });
    this.#scroll = h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': words.title },
      h('div', { class: 'column' }, this.#welcome.element, this.#log.element, this.#tail.element, this.#score.element),
    );
    this.#newLines = h(
      'button',
      { type: 'button', class: 'new-lines', hidden: true, on: { click: () => this.#reading.toEnd() } },
      icon('arrow', 16),
      words.newLines,
    );
    this.#transcript = h(
      'button',
      { type: 'button', class: 'link', hidden: true, on: { click: () => this.#saveTranscript() } },
      words.transcript,
    );
    this.#end = h(
      'button',
      { type: 'button', class: 'link', hidden: true, on: { click: () => this.#askEnd() } },
      words.end,
    );
    this.element = h(
      'div',
      { class: 'chat' },
      this.#header.element,
      h(
        'main',
        {},
        this.#banner.element,
        this.#scroll,
        h(
          'div',
          { class: 'foot' },
          this.#newLines,
          this.#failed,
          this.#composer.element,
          h('div', { class: 'under' }, this.#transcript, this.#end),
        ),
        this.#spoken,
      ),
      h('div', { class: 'drop', 'aria-hidden': 'true' }, h('p', {}, icon('clip', 24), words.dropHere)),
    );
    this.#reading = new Reading(this.#scroll, () => {
      if (this.#reading.atEnd) show(this.#newLines, false);
      actions.read();
    });
    this.#listenForDrops();
  }

  get atEnd(): boolean {
    return this.#reading.atEnd;
  }

  get draft(): string {
    return this.#composer.draft;
  }

  focus(): void {
    this.#composer.focus();
  }

  update(view: ScreenView): void {
    this.#view = view;
    const { state, started } = view;
    const fresh = state === null && !view.saying && view.entries.length === 0;
    const refused = view.line === 'blocked' || view.line === 'unknown';
    this.#header.update(headerOf(view, this.#words));
    this.#banner.update(this.#trouble(view));
    const knownAs = view.signedName !== '' ? view.signedName : (started?.name ?? '');
    this.#welcome.update({ visible: fresh && started !== null && !refused, open: started?.open ?? true, knownAs });
    this.#log.update(view.entries, Date.now());
    const card = cardOf(view, this.#words);
    const asks = state?.phase === 'ended' && !view.scored && !refused ? state.asks : null;
    this.#tail.update({ card, typing: view.typing ? (state?.advisor ?? this.#words.team) : null });
    this.#score.update(asks);
    this.#speak(card, view);
    this.#composer.update({ placeholder: placeholderOf(view, fresh, this.#words), enabled: !refused });
    show(this.#transcript, view.entries.length > 0 && state !== null);
    show(this.#end, state !== null && state.phase !== 'ended' && !view.ending && !refused);
    this.#followNewLines(view);
  }

  #followNewLines(view: ScreenView): void {
    const last = view.entries.at(-1);
    const theirs = last?.is === 'line' && !last.mine ? last.key : null;
    if (theirs !== null && theirs !== this.#lastTheirs && !this.#reading.atEnd) show(this.#newLines, true);
    if (theirs !== null) this.#lastTheirs = theirs;
    this.#reading.settle();
  }

  #send(want: Want): boolean {
    const view = this.#view;
    if (view !== null && view.state === null && !view.saying && view.entries.length === 0) {
      const given = this.#welcome.read();
      if (given === null) return false;
      if (given.name !== '' || given.email !== '') this.#actions.introduce(given);
    }
    this.#reading.toEnd();
    this.#actions.send(want);
    this.#reading.toEnd();
    return true;
  }

  /** A word about the line, once it has been gone for longer than a blink. */
  #trouble(view: ScreenView): string | null {
    clearTimeout(this.#graceTimer);
    if (view.line === 'blocked' || view.line === 'unknown') return null;
    if (!view.onLine) return this.#words.offline;
    if (view.line === 'down') {
      if (view.downFor >= GRACE || view.started === null) return this.#words.reconnecting;
      this.#graceTimer = setTimeout(() => this.#actions.read(), GRACE - view.downFor + 20);
    }
    return view.struggling ? this.#words.struggling : null;
  }

  #speak(card: TailCard | null, view: ScreenView): void {
    if (card !== null) return say(this.#spoken, this.#tail.spoken(card));
    const advisor = view.state?.advisor;
    if (view.state?.phase === 'open' && advisor != null) say(this.#spoken, this.#words.joined(plain(advisor)));
  }

  #saveTranscript(): void {
    const day = new Date().toISOString().slice(0, 10);
    void this.#files.transcript(`chat-${day}.txt`);
  }

  #askEnd(): void {
    confirmEnd(this.#words, () => this.#actions.send({ kind: 'end' }));
  }

  #fail(): void {
    show(this.#failed, true);
    setTimeout(() => show(this.#failed, false), 6_000);
  }

  #listenForDrops(): void {
    const carries = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    this.element.addEventListener('dragover', (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      this.element.classList.add('dropping');
    });
    this.element.addEventListener('dragleave', (event) => {
      const { relatedTarget } = event;
      if (!(relatedTarget instanceof Node && this.element.contains(relatedTarget))) this.element.classList.remove('dropping');
    });
    this.element.addEventListener('drop', (event) => {
      this.element.classList.remove('dropping');
      if (!carries(event)) return;
      event.preventDefault();
      this.#composer.add([...(event.dataTransfer?.files ?? [])]);
    });
  }
}

function headerOf(view: ScreenView, words: Words): HeaderView {
  const { state, started } = view;
  const workspace = started?.workspace ?? words.title;
  const base = { workspace, advisor: null };
  if (view.line === 'blocked' || view.line === 'unknown') return { ...base, status: words.ended, light: 'off' };
  if (started === null) return { ...base, status: words.connecting, light: 'off' };
  switch (state?.phase) {
    case 'open': {
      const advisor = state.advisor;
      if (advisor === null) return { ...base, status: words.here, light: 'good' };
      return { workspace, advisor, status: words.withYou(plain(advisor)), light: 'good' };
    }
    case 'waiting':
      return { ...base, status: words.waiting, light: 'busy' };
    case 'left':
      return { ...base, status: words.left, light: 'off' };
    case 'ended':
      return { ...base, status: words.ended, light: 'off' };
    case undefined:
      return { ...base, status: started.open ? words.here : words.away, light: started.open ? 'good' : 'off' };
  }
}

function cardOf(view: ScreenView, words: Words): TailCard | null {
  if (view.line === 'blocked') return { is: 'blocked', text: words.blocked };
  if (view.line === 'unknown') return { is: 'blocked', text: words.unknown };
  switch (view.state?.phase) {
    case 'waiting':
      return { is: 'queue', position: view.position };
    case 'left':
      return { is: 'left' };
    case 'ended':
      if (view.scored) return { is: 'thanks' };
      return view.state.asks === null ? { is: 'ended' } : null;
    default:
      return null;
  }
}

function placeholderOf(view: ScreenView, fresh: boolean, words: Words): string {
  if (view.state?.phase === 'ended') return words.writeAgain;
  if (!fresh) return words.writeNext;
  return view.started?.open === false ? words.writeAway : words.writeFirst;
}
