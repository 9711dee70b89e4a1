/**
 * Does what the link asks for, with the browser's socket, storage, timer and tabs, and tells it what happened. Decides
 * nothing itself.
 */
import { Alarm } from './alarm';
import type { Keep } from './keep';
import type { Effect, Input, Link } from './link';
import type { MemoBook } from './memo';
import type { Now } from './pace';
import type { Service } from './service';
import { Turn } from './turn';
import { Uploads } from './uploads';

export class Carrier {
  readonly link: Link;
  readonly uploads: Uploads;
  readonly #service: Service;
  readonly #keep: Keep;
  readonly #memo: MemoBook;
  readonly #changed: () => void;
  readonly #tabs: BroadcastChannel | null;
  readonly #turn: Turn;
  readonly #alarm = new Alarm(() => this.input({ is: 'tick' }));
  #sockets = new Map<number, WebSocket>();
  #stopped = false;

  constructor(link: Link, service: Service, keep: Keep, memo: MemoBook, scope: string, changed: () => void) {
    this.link = link;
    this.#service = service;
    this.#keep = keep;
    this.#memo = memo;
    this.#changed = changed;
    this.uploads = new Uploads(
      service,
      keep,
      () => link.token,
      (hash) => link.needsFile(hash),
      (input) => this.input(input),
    );
    this.#tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel(`loopdesk-chat:${scope}`) : null;
    this.#turn = new Turn(`loopdesk-chat:${scope}`, (mine) => void this.#turned(mine));
  }

  /** Reads what is kept, then begins. */
  async begin(): Promise<void> {
    const rows = await this.#keep.rows();
    this.input({ is: 'rows', rows });
    void this.uploads.sweep(rows);
    if (this.#tabs !== null) this.#tabs.onmessage = () => void this.#reread();
    if (document.visibilityState === 'visible') this.#turn.take();
    else this.#turn.wait();
    document.addEventListener('visibilitychange', this.#back);
    addEventListener('focus', this.#back);
    addEventListener('online', this.#back);
    addEventListener('pageshow', this.#back);
  }

  /** Another person uses this browser now: nothing of this one goes on. */
  stop(): void {
    this.#stopped = true;
    this.#alarm.stop();
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
    this.uploads.stop();
    this.#tabs?.close();
    document.removeEventListener('visibilitychange', this.#back);
    for (const name of ['focus', 'online', 'pageshow']) removeEventListener(name, this.#back);
  }

  input(input: Input): void {
    if (this.#stopped) return;
    for (const effect of this.link.step(input, this.now())) this.#do(effect);
    this.#changed();
  }

  now(): Now {
    return { wall: Date.now(), mono: performance.now() };
  }

  readonly #back = (): void => {
    if (document.visibilityState !== 'visible') return;
    if (document.hasFocus()) this.#turn.take();
    else this.#turn.wait();
    this.input({ is: 'back' });
  };

  async #turned(mine: boolean): Promise<void> {
    // Whoever sends must know what the other tabs have written meanwhile.
    if (mine) await this.#reread();
    this.input({ is: 'turn', mine });
  }

  async #reread(): Promise<void> {
    this.input({ is: 'rows', rows: await this.#keep.rows() });
  }

  #do(effect: Effect): void {
    switch (effect.do) {
      case 'wake':
        this.#alarm.set(Math.ceil(effect.at - performance.now()) + 1);
        return;
      case 'start':
        void this.#start(effect);
        return;
      case 'token':
        this.#memo.set({ token: effect.token });
        return;
      case 'dial':
        this.#dial(effect.conn);
        return;
      case 'send': {
        const socket = this.#sockets.get(effect.conn);
        if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(effect.frame));
        return;
      }
      case 'hang_up': {
        const socket = this.#sockets.get(effect.conn);
        this.#sockets.delete(effect.conn);
        socket?.close();
        return;
      }
      case 'post':
        void this.#post(effect);
        return;
      case 'upload':
        void this.uploads.resume(effect.sha256, effect.name);
        return;
      case 'keep':
        void this.#kept(this.#keep.put(effect.row));
        return;
      case 'drop':
        void this.#kept(this.#keep.drop(effect.id));
        return;
    }
  }

  async #start(effect: Extract<Effect, { do: 'start' }>): Promise<void> {
    const answer = await this.#service.start(effect.body);
    if (answer.ok) this.input({ is: 'started', started: answer.body });
    else this.input({ is: 'not_started', status: answer.status, afterMs: answer.afterMs });
  }

  async #post(effect: Extract<Effect, { do: 'post' }>): Promise<void> {
    const { token } = this.link;
    if (token === null) return this.input({ is: 'not_posted', post: effect.post, status: 401, afterMs: null });
    const answer = await this.#service.commands(token, effect.batch);
    if (answer.ok) this.input({ is: 'posted', post: effect.post, ...answer.body });
    else this.input({ is: 'not_posted', post: effect.post, status: answer.status, afterMs: answer.afterMs });
  }

  #dial(conn: number): void {
    const socket = this.#service.stream(
      (frame) => this.input({ is: 'frame', conn, frame }),
      () => this.input({ is: 'opened', conn }),
      (code) => {
        this.#sockets.delete(conn);
        this.input({ is: 'closed', conn, code });
      },
    );
    this.#sockets.set(conn, socket);
  }

  async #kept(done: Promise<void>): Promise<void> {
    try {
      await done;
      this.#tabs?.postMessage('rows');
    } catch {
      // The row lives on in this tab; only a reload before it is sent would lose it.
    }
  }
}
