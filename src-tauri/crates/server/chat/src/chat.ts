/**
 * One visitor's chat: the link, what the browser keeps, and the screen, put together. When another account signs in
 * on the same browser, this one stops and nothing of it is left for the next.
 */
import type { Address } from './address';
import { Carrier } from './carrier';
import { entriesOf } from './entries';
import type { Host } from './host';
import { type Keep, openKeep } from './keep';
import { Link } from './link';
import { MemoBook } from './memo';
import type { Want } from './outbox';
import { Screen, type ScreenView } from './screen/screen';
import { Service } from './service';
import { type Shelf, ownShelf, toldShelf } from './shelf';
import type { SignedIdentity } from './types';
import { uuids } from './uuid';
import type { Profile } from './visit';
import { type Language, type Words, wordsOf } from './words';

export class Chat {
  readonly #memo: MemoBook;
  readonly #carrier: Carrier;
  readonly #link: Link;
  readonly #screen: Screen;
  readonly #host: Host | null;
  readonly #language: Language;
  readonly #words: Words;
  readonly #address: Address;
  #signed: SignedIdentity | null;
  #painting = false;
  #draftTimer: ReturnType<typeof setTimeout> | undefined;
  #scored = false;

  /** Opens what the browser keeps and shows the chat in `root`. */
  static async open(
    root: HTMLElement,
    address: Address,
    signed: SignedIdentity | null,
    language: Language,
    host: Host | null,
  ): Promise<Chat> {
    const scope = address.workspace ?? 'default';
    const [{ memo, keep }, words] = await Promise.all([storage(scope, host), wordsOf(language)]);
    const { account } = memo.get();
    if (signed !== null && account !== null && account !== signed.account) {
      memo.forget();
      await keep.clear();
    }
    if (signed !== null) memo.set({ account: signed.account });
    const chat = new Chat(root, address, signed, language, words, host, memo, keep, scope);
    await chat.#carrier.begin();
    return chat;
  }

  private constructor(
    root: HTMLElement,
    address: Address,
    signed: SignedIdentity | null,
    language: Language,
    words: Words,
    host: Host | null,
    memo: MemoBook,
    keep: Keep,
    scope: string,
  ) {
    this.#address = address;
    this.#signed = signed;
    this.#language = language;
    this.#words = words;
    this.#host = host;
    this.#memo = memo;
    const service = new Service();
    const newId = uuids((bytes) => crypto.getRandomValues(bytes));
    this.#link = new Link(this.#profile(), memo.get().token, Math.random, newId);
    this.#carrier = new Carrier(this.#link, service, keep, memo, scope, () => this.#paintSoon());
    const { name, email, draft } = memo.get();
    this.#screen = new Screen(
      { language, words, service, uploads: this.#carrier.uploads, name, email, draft },
      {
        token: () => this.#link.token,
        send: (want) => this.#want(want),
        introduce: (given) => this.#introduce(given.name, given.email),
        writing: () => this.#carrier.input({ is: 'writing' }),
        draft: (text) => this.#keepDraft(text),
        again: (id) => this.#carrier.input({ is: 'again', id }),
        discard: (id) => this.#carrier.input({ is: 'discard', id }),
        read: () => this.#paintSoon(),
        close: host === null ? null : () => host.close(),
      },
    );
    root.replaceChildren(this.#screen.element);
    addEventListener('pagehide', this.#flushDraft);
    addEventListener('online', this.#paintSoon);
    addEventListener('offline', this.#paintSoon);
    document.addEventListener('visibilitychange', this.#paintSoon);
    this.#paint();
  }

  /** Ends this one; the root is free for the next. */
  close(): void {
    this.#flushDraft();
    this.#carrier.stop();
    removeEventListener('pagehide', this.#flushDraft);
    removeEventListener('online', this.#paintSoon);
    removeEventListener('offline', this.#paintSoon);
    document.removeEventListener('visibilitychange', this.#paintSoon);
  }

  /** Whether this browser's chat belongs to an account. */
  get isSigned(): boolean {
    return this.#memo.get().account !== null;
  }

  /** Returns false when this is another person, for whom a new chat must be opened. */
  identify(signed: SignedIdentity): boolean {
    const { account } = this.#memo.get();
    if (account !== null && account !== signed.account) return false;
    this.#signed = signed;
    this.#memo.set({ account: signed.account });
    this.#carrier.input({ is: 'profile', profile: this.#profile() });
    return true;
  }

  /** The account signed out: this browser forgets it. */
  static async forget(address: Address, host: Host | null): Promise<void> {
    const { memo, keep } = await storage(address.workspace ?? 'default', host);
    memo.forget();
    await keep.clear();
  }

  /** The page around us showed or hid the chat. */
  shown(): void {
    if (this.#host?.shown === true) this.#screen.focus();
    this.#paintSoon();
  }

  #profile(): Profile {
    const { name, email } = this.#memo.get();
    return {
      workspace: this.#address.workspace,
      queue: this.#address.queue,
      language: this.#language,
      name: name === '' ? null : name,
      email: email === '' ? null : email,
      signed: this.#signed,
    };
  }

  #introduce(name: string, email: string): void {
    this.#memo.set({ name, email });
    this.#carrier.input({ is: 'profile', profile: this.#profile() });
  }

  #want(want: Want): void {
    if (want.kind === 'score') this.#scored = true;
    if (want.kind === 'say') this.#scored = false;
    this.#carrier.input({ is: 'want', want });
  }

  #keepDraft(text: string): void {
    clearTimeout(this.#draftTimer);
    if (text === '') this.#memo.set({ draft: '' });
    else this.#draftTimer = setTimeout(() => this.#memo.set({ draft: text }), 300);
  }

  readonly #flushDraft = (): void => {
    clearTimeout(this.#draftTimer);
    const draft = this.#screen.draft;
    if (draft !== this.#memo.get().draft) this.#memo.set({ draft });
  };

  /** Many changes of one moment become one picture. Not an animation frame: those stop in a hidden tab. */
  readonly #paintSoon = (): void => {
    if (this.#painting) return;
    this.#painting = true;
    queueMicrotask(() => {
      this.#painting = false;
      this.#paint();
    });
  };

  #paint(): void {
    const link = this.#link;
    const { state, lines, era, newest } = link.thread;
    const memo = this.#memo.get();
    const seenUpto = memo.seenIn === state?.conversation ? memo.seenUpto : 0;
    const visible = document.visibilityState === 'visible' && (this.#host === null || this.#host.shown);
    const view: ScreenView = {
      line: link.line,
      downFor: link.downSince === null ? 0 : this.#carrier.now().mono - link.downSince,
      struggling: link.struggling,
      onLine: navigator.onLine,
      started: link.started,
      state,
      entries: entriesOf(
        lines,
        era,
        state,
        link.rows,
        (id) => link.thread.has(id),
        !navigator.onLine || link.struggling || (link.line === 'down' && link.downSince !== null),
      ),
      position: link.position,
      typing: link.isTyping(this.#carrier.now()),
      scored: this.#scored || link.rows.some((row) => row.want.kind === 'score' && row.state === 'queued'),
      ending: link.rows.some((row) => row.want.kind === 'end' && row.state === 'queued'),
      saying: link.rows.some((row) => row.want.kind === 'say'),
      signedName: this.#signed?.name ?? '',
    };
    this.#screen.update(view);
    if (visible && this.#screen.atEnd && newest > seenUpto && state !== null) {
      this.#memo.set({ seenIn: state.conversation, seenUpto: newest });
      this.#carrier.input({ is: 'saw', upto: newest });
      return;
    }
    const unread = lines.filter(({ line, era: of }) => of === era && line.from.from !== 'me' && line.n > seenUpto).length;
    this.#tellUnread(unread, state !== null && state.phase !== 'ended');
  }

  #tellUnread(unread: number, going: boolean): void {
    this.#host?.news(unread, going);
    if (this.#host !== null) return;
    const { title: plainTitle } = this.#words;
    const name = this.#link.started?.workspace ?? '';
    const title = name === '' ? plainTitle : `${plainTitle} · ${name}`;
    const whole = unread > 0 ? `(${unread}) ${title}` : title;
    if (document.title !== whole) document.title = whole;
  }
}

/** Our own storage, or a place in the page around us, or memory: whatever the browser gives. */
async function storage(scope: string, host: Host | null): Promise<{ memo: MemoBook; keep: Keep }> {
  const none = (): Shelf => toldShelf(null, () => undefined);
  const own = ownShelf(`loopdesk-chat:${scope}`);
  if (own !== null) return { memo: new MemoBook(own), keep: await openKeep(scope, none()) };
  const memo = new MemoBook((await host?.shelf('memo')) ?? none());
  return { memo, keep: await openKeep(scope, (await host?.shelf('rows')) ?? none()) };
}
