/**
 * The customer's link to the service: nothing lost, nothing doubled, whatever the network does.
 *
 * `step(input, now) -> effects` and nothing else: no socket, no storage, no clock, no randomness of its own. What it
 * asks for is done by the carrier, which comes back with what happened.
 */
import { Outbox, type OutboxEffect, type Row, type Want } from './outbox';
import type { Now, Random } from './pace';
import { Thread } from './thread';
import type { Attachment, ChatFrame, ChatReceipt, Rejection, Started } from './types';
import { type Profile, type Refusal, Visit, type VisitEffect } from './visit';
import { Wire, type WireEffect } from './wire';

export type Input =
  /** Time passed. */
  | { is: 'tick' }
  /** What the browser keeps of the outbox, at the start and whenever another tab changed it. */
  | { is: 'rows'; rows: readonly Row[] }
  /** Whether this tab is the one that sends. */
  | { is: 'turn'; mine: boolean }
  | { is: 'profile'; profile: Profile }
  | { is: 'want'; want: Want }
  | { is: 'again'; id: string }
  | { is: 'discard'; id: string }
  /** The customer saw up to a line. */
  | { is: 'saw'; upto: number }
  /** A key was pressed. */
  | { is: 'writing' }
  /** The page is in front again, or the network is back. */
  | { is: 'back' }
  | { is: 'started'; started: Started }
  | { is: 'not_started'; status: number; afterMs: number | null }
  | { is: 'opened'; conn: number }
  | { is: 'frame'; conn: number; frame: ChatFrame }
  | { is: 'closed'; conn: number; code: number }
  | { is: 'posted'; post: number; epoch: string; receipts: readonly ChatReceipt[] }
  /** No receipts came: `status` 0 when no answer came at all. */
  | { is: 'not_posted'; post: number; status: number; afterMs: number | null }
  /** Another request was answered by 401. */
  | { is: 'token_refused' }
  | { is: 'uploaded'; sha256: string; attachment: Attachment }
  | { is: 'not_uploaded'; sha256: string; code: Rejection };

export type Effect =
  | WireEffect
  | OutboxEffect
  | VisitEffect
  /** Step again at this time of the monotonic clock. */
  | { do: 'wake'; at: number };

/** Whether what is written now arrives now. */
export type LineState = 'starting' | 'idle' | 'live' | 'down' | Refusal;

export class Link {
  readonly thread = new Thread();
  readonly #wire: Wire;
  readonly #outbox: Outbox;
  readonly #visit: Visit;
  #conversation: string | null = null;

  constructor(profile: Profile, token: string | null, random: Random, newId: (wall: number) => string) {
    this.#wire = new Wire(this.thread, random);
    this.#outbox = new Outbox(random, newId);
    this.#visit = new Visit(profile, token, random);
  }

  get started(): Started | null {
    return this.#visit.started;
  }

  get token(): string | null {
    return this.#visit.token;
  }

  get rows(): readonly Row[] {
    return this.#outbox.rows;
  }

  /** Rows that the service does not have yet. */
  get unsent(): number {
    return this.#outbox.unsent;
  }

  /** Whether a message that is not sent yet carries this file. */
  needsFile(sha256: string): boolean {
    return this.#outbox.rows.some(
      ({ state, want }) =>
        state === 'queued' && want.kind === 'say' && want.files.some((file) => file.sha256 === sha256),
    );
  }

  /** The first unsent row was tried so often that the customer should know. */
  get struggling(): boolean {
    return this.#outbox.tries >= 3;
  }

  get position(): number | null {
    return this.#wire.position;
  }

  get cursor(): number {
    return this.#wire.cursor;
  }

  get line(): LineState {
    const { refusal } = this.#visit;
    if (refusal !== null) return refusal;
    if (this.#visit.started === null) return this.#visit.troubled ? 'down' : 'starting';
    if (this.#wire.live) return 'live';
    return this.#wants() ? 'down' : 'idle';
  }

  /** Since when there should be a line and is none. */
  get downSince(): number | null {
    return this.#wire.downSince;
  }

  isTyping(now: Now): boolean {
    return this.#wire.typingUntil > now.mono;
  }

  step(input: Input, now: Now): Effect[] {
    const out: Effect[] = [];
    this.#take(input, out, now);
    this.#followConversation();
    const wakes = [
      this.#visit.pump(out, now),
      this.#wire.pump(this.#wants(), out, now),
      this.#outbox.pump(this.#visit.ready, this.#wire.cursor, (id) => this.thread.has(id), out, now),
    ];
    if (this.#wire.typingUntil > now.mono) wakes.push(this.#wire.typingUntil);
    const at = Math.min(...wakes);
    if (Number.isFinite(at)) out.push({ do: 'wake', at });
    return out;
  }

  #take(input: Input, out: Effect[], now: Now): void {
    switch (input.is) {
      case 'tick':
        return;
      case 'rows':
        return this.#outbox.restored(input.rows, (id) => this.thread.has(id));
      case 'turn':
        this.#outbox.mine = input.mine;
        return;
      case 'profile':
        return this.#visit.profile(input.profile);
      case 'want':
        if (input.want.kind === 'say') this.#wire.typed();
        return this.#outbox.want(input.want, out, now);
      case 'again':
        return this.#outbox.again(input.id, out, now);
      case 'discard':
        return this.#outbox.discard(input.id, out);
      case 'saw':
        return this.#outbox.saw(input.upto, now);
      case 'writing':
        return this.#wire.typing(out, now);
      case 'back':
        this.#visit.refresh(now);
        this.#outbox.hurry(now);
        return this.#wire.probe(out, now);
      case 'started':
        return this.#started(input.started, out, now);
      case 'not_started':
        return this.#visit.startFailed(input.status, input.afterMs, out, now);
      case 'opened':
        if (this.#visit.token !== null) this.#wire.opened(input.conn, this.#visit.token, out, now);
        return;
      case 'frame':
        this.#wire.frame(input.conn, input.frame, out, now);
        if (this.#wire.epoch !== null) this.#outbox.follows(this.#wire.epoch, out);
        return;
      case 'closed':
        return this.#ended(this.#wire.closed(input.conn, input.code, now), now);
      case 'posted':
        return this.#outbox.posted(input.post, input.epoch, input.receipts, out, now);
      case 'not_posted':
        return this.#ended(this.#outbox.notPosted(input.post, input.status, input.afterMs, out, now), now);
      case 'token_refused':
        return this.#visit.tokenRefused(now);
      case 'uploaded':
        return this.#outbox.uploaded(input.sha256, input.attachment, out);
      case 'not_uploaded':
        return this.#outbox.uploadFailed(input.sha256, input.code, out, now);
    }
  }

  #started(started: Started, out: Effect[], now: Now): void {
    const another = this.#visit.tookStart(started, out, now);
    this.#outbox.follows(started.epoch, out);
    if (another) {
      this.thread.forget();
      this.#wire.startOver(out, now);
    }
    if (started.state !== null) this.thread.takeState(started.state);
  }

  #ended(end: 'token' | 'blocked' | null, now: Now): void {
    if (end === 'token') this.#visit.tokenRefused(now);
    if (end === 'blocked') this.#visit.block();
  }

  #followConversation(): void {
    const conversation = this.thread.state?.conversation ?? null;
    if (conversation === this.#conversation) return;
    this.#conversation = conversation;
    this.#outbox.newConversation();
  }

  /** A visitor who only looks needs no stream; one who has something to say or to hear does. */
  #wants(): boolean {
    return this.#visit.known && (this.thread.state !== null || this.#outbox.rows.length > 0);
  }
}
