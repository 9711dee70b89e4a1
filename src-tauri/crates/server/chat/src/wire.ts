/**
 * The socket: dial, hello, range frames, pings, redial. No socket in here, only what to do with one.
 *
 * A range frame is applied only when it starts where we are. One that lies behind us is a duplicate; one that starts
 * ahead of us means that something is missing, and then we hang up and resume from where we are.
 */
import { type Now, type Out, type Random, jittered } from './pace';
import type { Thread } from './thread';
import type { ChatClientFrame, ChatFrame } from './types';

const PING_EVERY = 15_000;
const MISSES = 2;
const PROBE = 5_000;
const STALL = 5_000;
const DIAL_LIMIT = 10_000;
const HEALTHY_AFTER = 60_000;
const TYPING_EVERY = 3_000;
/** A timer that comes this much too late was held by sleep or by a frozen page. */
const LATE = 10_000;
const SLEPT = 2_000;
const SUPERSEDED = 30_000;

export type WireEffect =
  | { do: 'dial'; conn: number }
  | { do: 'hang_up'; conn: number }
  | { do: 'send'; conn: number; frame: ChatClientFrame };

/** What a closed line means for the rest of the link: a new token is needed, or nothing. */
export type WireEnd = 'token' | null;

type Stage = 'down' | 'dialing' | 'greeting' | 'live';

export class Wire {
  readonly #thread: Thread;
  readonly #random: Random;
  #stage: Stage = 'down';
  #conn = 0;
  #cursor = 0;
  #stageSince = 0;
  #downSince: number | null = null;
  #attempt = 0;
  #dialAt = 0;
  #pingAt = 0;
  #missed = 0;
  #probeUntil: number | null = null;
  #behindSince: number | null = null;
  #rebuild = false;
  #typedAt = Number.NEGATIVE_INFINITY;
  #clockOffset = 0;
  #lastTick: Now | null = null;
  #wokeFor: number | null = null;
  /** The service's log, as the line said last. */
  epoch: string | null = null;
  /** The place in the queue, while waiting. */
  position: number | null = null;
  /** Until when the advisor is writing, by our monotonic clock. */
  typingUntil = 0;

  constructor(thread: Thread, random: Random) {
    this.#thread = thread;
    this.#random = random;
  }

  get live(): boolean {
    return this.#stage === 'live';
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** Since when there is no line, by the monotonic clock; nothing while there is one. */
  get downSince(): number | null {
    return this.#downSince;
  }

  /** Another visitor, or the same one with a new token: what was shown stays until the new tale begins. */
  startOver(out: Out<WireEffect>, now: Now): void {
    this.#drop(out, now);
    this.#cursor = 0;
    this.#rebuild = true;
    this.#attempt = 0;
    this.#dialAt = now.mono;
  }

  opened(conn: number, token: string, out: Out<WireEffect>, now: Now): void {
    if (conn !== this.#conn || this.#stage !== 'dialing') return;
    this.#enter('greeting', now);
    out.push({ do: 'send', conn, frame: { type: 'hello', token, cursor: this.#cursor } });
  }

  closed(conn: number, code: number, now: Now): WireEnd {
    if (conn !== this.#conn || this.#stage === 'down') return null;
    this.#goDown(now);
    // Too many tabs of one visitor: taking each other's place without end helps nobody.
    if (code === 4003 || code === 4009) this.#dialAt = now.mono + SUPERSEDED;
    return code === 4001 ? 'token' : null;
  }

  frame(conn: number, frame: ChatFrame, out: Out<WireEffect>, now: Now): void {
    // What a dead socket still had to say may be old; the live one tells it again.
    if (conn !== this.#conn || this.#stage === 'down' || this.#stage === 'dialing') return;
    this.#missed = 0;
    this.#probeUntil = null;
    switch (frame.type) {
      case 'resumed':
        this.epoch = frame.epoch;
        this.#resumed(frame.from, frame.now, out, now);
        break;
      case 'range':
        this.#range(frame, out, now);
        break;
      case 'typing':
        this.typingUntil = now.mono + Math.min(15_000, Math.max(0, frame.until - this.#clockOffset - now.wall));
        break;
      case 'queue':
        this.position = frame.position;
        break;
      case 'pong':
        this.#behindSince = frame.head > this.#cursor ? (this.#behindSince ?? now.mono) : null;
        break;
    }
  }

  /** The person came back to the page, or the network did: look at once whether the line still holds. */
  probe(out: Out<WireEffect>, now: Now): void {
    this.#attempt = 0;
    if (this.#stage === 'live') {
      this.#ping(out, now);
      this.#probeUntil = now.mono + PROBE;
    } else if (this.#stage === 'down') {
      this.#dialAt = Math.min(this.#dialAt, now.mono + this.#random() * 300);
    }
  }

  typing(out: Out<WireEffect>, now: Now): void {
    if (this.#stage !== 'live' || now.mono - this.#typedAt < TYPING_EVERY) return;
    this.#typedAt = now.mono;
    out.push({ do: 'send', conn: this.#conn, frame: { type: 'typing' } });
  }

  /** A line was sent: the next key is typing again. */
  typed(): void {
    this.#typedAt = Number.NEGATIVE_INFINITY;
  }

  /** Does what is due; returns when to be asked again. */
  pump(wanted: boolean, out: Out<WireEffect>, now: Now): number {
    this.#noticeSleep(out, now);
    if (!wanted) {
      if (this.#stage !== 'down') this.#drop(out, now);
      this.#downSince = null;
      return this.#woken(Number.POSITIVE_INFINITY);
    }
    if (this.#stage === 'down' && now.mono >= this.#dialAt) this.#dial(out, now);
    if (this.#overdue(now)) {
      this.#drop(out, now);
      this.#dialAt = now.mono + jittered(this.#random, this.#attempt);
    }
    if (this.#stage === 'live' && now.mono >= this.#pingAt) this.#ping(out, now);
    return this.#woken(this.#next());
  }

  #woken(at: number): number {
    this.#wokeFor = at;
    return at;
  }

  #next(): number {
    switch (this.#stage) {
      case 'down':
        return this.#dialAt;
      case 'dialing':
      case 'greeting':
        return this.#stageSince + DIAL_LIMIT;
      case 'live':
        return Math.min(
          this.#pingAt,
          this.#probeUntil ?? Number.POSITIVE_INFINITY,
          this.#behindSince === null ? Number.POSITIVE_INFINITY : this.#behindSince + STALL,
        );
    }
  }

  #overdue(now: Now): boolean {
    if (this.#stage === 'dialing' || this.#stage === 'greeting') return now.mono >= this.#stageSince + DIAL_LIMIT;
    if (this.#stage !== 'live') return false;
    if (this.#probeUntil !== null && now.mono >= this.#probeUntil) return true;
    if (this.#behindSince !== null && now.mono >= this.#behindSince + STALL) return true;
    return now.mono >= this.#pingAt && this.#missed >= MISSES;
  }

  #noticeSleep(out: Out<WireEffect>, now: Now): void {
    const last = this.#lastTick;
    this.#lastTick = now;
    if (last === null) return;
    const slept = now.wall - last.wall - (now.mono - last.mono) > SLEPT;
    const late = this.#wokeFor !== null && now.mono - this.#wokeFor > LATE;
    if (!slept && !late) return;
    // What was due while we slept says nothing about the line: ask it.
    this.#missed = 0;
    this.#behindSince = null;
    this.#probeUntil = null;
    if (this.#stage === 'dialing' || this.#stage === 'greeting') this.#stageSince = now.mono;
    this.probe(out, now);
  }

  #dial(out: Out<WireEffect>, now: Now): void {
    this.#conn += 1;
    this.#attempt += 1;
    this.#enter('dialing', now);
    this.#downSince ??= now.mono;
    out.push({ do: 'dial', conn: this.#conn });
  }

  #drop(out: Out<WireEffect>, now: Now): void {
    if (this.#stage === 'down') return;
    out.push({ do: 'hang_up', conn: this.#conn });
    this.#goDown(now);
  }

  #goDown(now: Now): void {
    if (this.#stage === 'live' && now.mono - this.#stageSince >= HEALTHY_AFTER) this.#attempt = 0;
    this.#enter('down', now);
    this.#downSince ??= now.mono;
    this.#dialAt = now.mono + jittered(this.#random, this.#attempt);
    this.#missed = 0;
    this.#probeUntil = null;
    this.#behindSince = null;
    this.typingUntil = 0;
  }

  #enter(stage: Stage, now: Now): void {
    this.#stage = stage;
    this.#stageSince = now.mono;
  }

  #ping(out: Out<WireEffect>, now: Now): void {
    this.#missed += 1;
    this.#pingAt = now.mono + PING_EVERY;
    out.push({ do: 'send', conn: this.#conn, frame: { type: 'ping', cursor: this.#cursor } });
  }

  #resumed(from: number, serviceNow: number, out: Out<WireEffect>, now: Now): void {
    if (this.#stage === 'live') {
      // The service shows another conversation from now on, and tells it from its beginning.
      if (from === 0) {
        this.#cursor = 0;
        this.#rebuild = true;
      }
      return;
    }
    if (from !== this.#cursor && from !== 0) {
      this.#cursor = 0;
      this.#rebuild = true;
      this.#drop(out, now);
      return;
    }
    if (from === 0 && this.#cursor !== 0) {
      this.#cursor = 0;
      this.#rebuild = true;
    }
    this.#clockOffset = serviceNow - now.wall;
    this.#enter('live', now);
    this.#downSince = null;
    this.#pingAt = now.mono + PING_EVERY;
    this.#missed = 0;
    this.#behindSince = null;
  }

  #range(frame: Extract<ChatFrame, { type: 'range' }>, out: Out<WireEffect>, now: Now): void {
    if (this.#stage !== 'live' || (frame.to <= this.#cursor && this.#cursor > 0)) return;
    if (frame.from !== this.#cursor) {
      this.#drop(out, now);
      this.#dialAt = now.mono + jittered(this.#random, Math.max(0, this.#attempt - 1));
      return;
    }
    if (this.#rebuild) {
      this.#thread.forget();
      this.#rebuild = false;
    }
    for (const row of frame.rows) this.#thread.apply(row);
    this.#cursor = frame.to;
    if (this.#behindSince !== null) this.#behindSince = null;
    if (frame.rows.some((row) => row.type === 'line' && row.row.from.from !== 'me')) this.typingUntil = 0;
    if (this.#thread.state?.phase !== 'waiting') this.position = null;
  }
}
