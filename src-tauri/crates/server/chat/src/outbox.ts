/**
 * What the customer wants and the service may not have yet. Rows outlive the page: they are kept in the browser and
 * are shared by all tabs, of which one sends. One row is on its way at a time, in order, and it keeps its id until
 * the service has said what became of it, so that sending it twice does it once.
 */
import { type Now, type Out, type Random, backedOff } from './pace';
import type { Attachment, ChatBatch, ChatCommand, ChatReceipt, Rejection, ScoreKind } from './types';

/** A file of a message, before and after the service has its bytes. */
export interface RowFile {
  readonly sha256: string;
  readonly name: string;
  readonly size: number;
  readonly mime: string;
  /** What the service found it to be, once it has it whole. */
  readonly attachment: Attachment | null;
}

export type Want =
  | { kind: 'say'; text: string; files: readonly RowFile[] }
  | { kind: 'end' }
  | { kind: 'score'; score: ScoreKind; value: number; comment: string | null };

export interface Row {
  readonly id: string;
  /** Its place among the rows of all tabs. */
  readonly no: number;
  /** When the customer wanted it, by their own clock. For reading only. */
  readonly at: number;
  readonly want: Want;
  readonly state: 'queued' | 'done' | 'refused';
  /** The number in the log, once done. */
  readonly seq: number | null;
  /** The log that the number belongs to. Rows that an older page kept have none. */
  readonly epoch?: string | null;
  /** The thread shows it. It is kept only to be sent again, should the service be restored from a backup without it. */
  readonly told?: boolean;
  /** Why it was refused. */
  readonly code: Rejection | null;
  /** How often its files had to be sent again. */
  readonly reuploads: number;
  /** When it was settled, by the wall clock. */
  readonly settledAt: number | null;
}

export type OutboxEffect =
  | { do: 'post'; post: number; batch: ChatBatch }
  | { do: 'upload'; sha256: string; name: string }
  | { do: 'keep'; row: Row }
  | { do: 'drop'; id: string };

/** What a post that brought no receipts means for the rest of the link. */
export type PostEnd = 'token' | 'blocked' | null;

/** Settled rows stay a while, so that a tab that lags behind never shows a line gone. */
const SETTLED_KEPT = 30_000;
/** What the service has is kept here for so long, in case it is restored from a backup that has not got it. */
const DONE_KEPT = 24 * 3_600_000;
const REUPLOADS = 2;

export class Outbox {
  readonly #random: Random;
  readonly #newId: (wall: number) => string;
  #rows: Row[] = [];
  #flight: { post: number; id: string } | null = null;
  #posts = 0;
  #tries = 0;
  #notBefore = 0;
  #seen: { id: string; upto: number } | null = null;
  #seenDone = 0;
  /** The service's log, as it said last. */
  #epoch: string | null = null;
  /** Whether this tab is the one that sends. */
  mine = false;

  constructor(random: Random, newId: (wall: number) => string) {
    this.#random = random;
    this.#newId = newId;
  }

  /** In the order in which they were wanted; without those that the thread shows for good. */
  get rows(): readonly Row[] {
    return this.#rows.filter((row) => row.told !== true);
  }

  /** Rows that the service does not have yet. */
  get unsent(): number {
    return this.#rows.filter((row) => row.state === 'queued').length;
  }

  /** How often the row at the head was tried in vain. */
  get tries(): number {
    return this.#tries;
  }

  /** What the browser keeps now: other tabs write there too. */
  restored(kept: readonly Row[], hasLine: (id: string) => boolean): void {
    const next = new Map(kept.map((row) => [row.id, row]));
    for (const row of this.#rows) {
      const theirs = next.get(row.id);
      // A row of ours that is not kept yet is being written at this moment; a settled one that is gone was cleared.
      if (theirs === undefined && row.state === 'queued' && !hasLine(row.id)) next.set(row.id, row);
      // Settled is settled: an older picture of the store cannot take that back.
      if (theirs !== undefined && theirs.state === 'queued' && row.state !== 'queued') next.set(row.id, row);
    }
    this.#rows = [...next.values()].map((row) => this.#anew(row)).sort(inOrder);
  }

  /** The service named its log. Another one than before: it was restored, and what it had said that it has may be lost. */
  follows(epoch: string, out: Out<OutboxEffect>): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    for (const row of this.#rows) {
      const anew = this.#anew(row);
      if (anew !== row) this.#put(anew, out);
    }
  }

  /**
   * Done in a log that is gone: it is sent again under its old id. What the backup has is known by its receipt and not
   * done twice. A log's name grows with time, so that a tab that has not heard of the new one does not take it for an
   * older one.
   */
  #anew(row: Row): Row {
    const { epoch } = row;
    if (row.state !== 'done' || this.#epoch === null || typeof epoch !== 'string' || epoch >= this.#epoch) return row;
    return { ...row, state: 'queued', seq: null, epoch: null, told: false, settledAt: null };
  }

  want(want: Want, out: Out<OutboxEffect>, now: Now): void {
    const no = (this.#rows.at(-1)?.no ?? 0) + 1;
    this.#put(
      {
        id: this.#newId(now.wall),
        no,
        at: now.wall,
        want,
        state: 'queued',
        seq: null,
        epoch: null,
        told: false,
        code: null,
        reuploads: 0,
        settledAt: null,
      },
      out,
    );
  }

  /** "Try again": a refused row becomes a new wish; one that only waits is tried at once. */
  again(id: string, out: Out<OutboxEffect>, now: Now): void {
    const row = this.#rows.find((held) => held.id === id);
    if (row === undefined || row.state === 'done') return;
    if (row.state === 'refused') {
      this.#remove(id, out);
      this.want(withoutUploads(row.want, row.code), out, now);
    }
    this.#notBefore = now.mono;
  }

  discard(id: string, out: Out<OutboxEffect>): void {
    if (this.#rows.some((row) => row.id === id && row.state === 'refused')) this.#remove(id, out);
  }

  uploaded(sha256: string, attachment: Attachment, out: Out<OutboxEffect>): void {
    for (const row of this.#rows) {
      if (row.state !== 'queued' || row.want.kind !== 'say') continue;
      if (!row.want.files.some((file) => file.sha256 === sha256 && file.attachment === null)) continue;
      const files = row.want.files.map((file) =>
        file.sha256 === sha256 ? { ...file, attachment: { ...attachment, name: file.name } } : file,
      );
      this.#put({ ...row, want: { ...row.want, files } }, out);
    }
  }

  /** The bytes cannot be sent, now or later. */
  uploadFailed(sha256: string, code: Rejection, out: Out<OutboxEffect>, now: Now): void {
    for (const row of this.#rows) {
      if (row.state !== 'queued' || row.want.kind !== 'say') continue;
      if (row.want.files.some((file) => file.sha256 === sha256 && file.attachment === null)) {
        this.#put({ ...row, state: 'refused', code, settledAt: now.wall }, out);
      }
    }
  }

  /** The customer has seen up to a line. Only the highest counts, and losing it costs nothing: it is not kept. */
  saw(upto: number, now: Now): void {
    if (upto <= this.#seenDone || upto <= (this.#seen?.upto ?? 0)) return;
    this.#seen = { id: this.#newId(now.wall), upto };
  }

  /** A new conversation counts its lines from 1. */
  newConversation(): void {
    this.#seen = null;
    this.#seenDone = 0;
  }

  posted(post: number, epoch: string, receipts: readonly ChatReceipt[], out: Out<OutboxEffect>, now: Now): void {
    if (this.#flight?.post !== post) return;
    this.#flight = null;
    this.follows(epoch, out);
    for (const receipt of receipts) this.#receipt(receipt, out, now);
  }

  notPosted(
    post: number,
    status: number,
    afterMs: number | null,
    out: Out<OutboxEffect>,
    now: Now,
  ): PostEnd {
    const flight = this.#flight;
    if (flight?.post !== post) return null;
    this.#flight = null;
    if (status === 401) return 'token';
    if (status === 403) return 'blocked';
    if (status === 400 || status === 413 || status === 422) {
      this.#settleRefused(flight.id, status === 413 ? 'too_large' : 'invalid', out, now);
      return null;
    }
    this.#tries += 1;
    this.#notBefore = now.mono + Math.max(afterMs ?? 0, backedOff(this.#random, this.#tries - 1));
    return null;
  }

  /** The network or the person is back: no need to wait. */
  hurry(now: Now): void {
    this.#notBefore = Math.min(this.#notBefore, now.mono + this.#random() * 300);
  }

  /** Sends what is due; returns when to be asked again. */
  pump(ready: boolean, cursor: number, hasLine: (id: string) => boolean, out: Out<OutboxEffect>, now: Now): number {
    const sweep = this.#sweep(cursor, hasLine, out, now);
    if (!ready || this.#flight !== null) return sweep;
    if (now.mono < this.#notBefore) return Math.min(sweep, this.#wants() ? this.#notBefore : sweep);
    if (this.mine) {
      const head = this.#rows.find((row) => row.state === 'queued');
      if (head !== undefined) {
        const command = commandOf(head);
        if (command !== null) this.#post(command, out);
        else this.#askUploads(head, out);
        return sweep;
      }
    }
    if (this.#seen !== null) {
      this.#post({ id: this.#seen.id, kind: 'seen', args: { upto: this.#seen.upto } }, out);
    }
    return sweep;
  }

  #wants(): boolean {
    return this.#seen !== null || (this.mine && this.unsent > 0);
  }

  #post(command: ChatCommand, out: Out<OutboxEffect>): void {
    this.#posts += 1;
    this.#flight = { post: this.#posts, id: command.id };
    out.push({ do: 'post', post: this.#posts, batch: { commands: [command] } });
  }

  #askUploads(row: Row, out: Out<OutboxEffect>): void {
    if (row.want.kind !== 'say') return;
    for (const file of row.want.files) {
      if (file.attachment === null) out.push({ do: 'upload', sha256: file.sha256, name: file.name });
    }
  }

  #receipt(receipt: ChatReceipt, out: Out<OutboxEffect>, now: Now): void {
    if (receipt.outcome === 'retry') {
      this.#tries += 1;
      this.#notBefore = now.mono + Math.max(receipt.after_ms, this.#tries > 3 ? backedOff(this.#random, this.#tries - 3) : 0);
      return;
    }
    this.#tries = 0;
    if (receipt.id === this.#seen?.id) {
      this.#seenDone = this.#seen.upto;
      this.#seen = null;
      return;
    }
    const row = this.#rows.find((held) => held.id === receipt.id);
    if (row === undefined || row.state !== 'queued') return;
    if (receipt.outcome === 'applied') {
      this.#put({ ...row, state: 'done', seq: receipt.seq, epoch: this.#epoch, settledAt: now.wall }, out);
    } else if (receipt.code === 'blob_missing' && row.reuploads < REUPLOADS) {
      this.#reupload(row, out, now);
    } else {
      this.#settleRefused(row.id, receipt.code, out, now);
    }
  }

  /** The service lost a file: the same wish under a new id, at the same place, with its files sent again. */
  #reupload(row: Row, out: Out<OutboxEffect>, now: Now): void {
    this.#remove(row.id, out);
    const want = withoutUploads(row.want, 'blob_missing');
    this.#put({ ...row, id: this.#newId(now.wall), want, reuploads: row.reuploads + 1 }, out);
  }

  #settleRefused(id: string, code: Rejection, out: Out<OutboxEffect>, now: Now): void {
    if (id === this.#seen?.id) {
      this.#seenDone = this.#seen.upto;
      this.#seen = null;
      return;
    }
    const row = this.#rows.find((held) => held.id === id);
    if (row === undefined) return;
    // Ended already, or scored in another tab: nothing that a person could do about it.
    if (row.want.kind === 'say') this.#put({ ...row, state: 'refused', code, settledAt: now.wall }, out);
    else this.#remove(id, out);
  }

  #sweep(cursor: number, hasLine: (id: string) => boolean, out: Out<OutboxEffect>, now: Now): number {
    let next = Number.POSITIVE_INFINITY;
    for (const row of this.#rows) {
      if (row.state !== 'done' || row.settledAt === null) continue;
      const told = row.told === true || hasLine(row.id) || (row.seq !== null && cursor >= row.seq);
      if (!told) continue;
      const age = now.wall - row.settledAt;
      // A clock that was set back says nothing about age.
      if (age >= DONE_KEPT || age < 0) this.#remove(row.id, out);
      else if (age < SETTLED_KEPT) next = Math.min(next, now.mono + Math.max(SETTLED_KEPT - age, 1_000));
      else if (row.told !== true) this.#put({ ...row, told: true }, out);
    }
    return next;
  }

  #put(row: Row, out: Out<OutboxEffect>): void {
    this.#rows = [...this.#rows.filter((held) => held.id !== row.id), row].sort(inOrder);
    out.push({ do: 'keep', row });
  }

  #remove(id: string, out: Out<OutboxEffect>): void {
    this.#rows = this.#rows.filter((row) => row.id !== id);
    out.push({ do: 'drop', id });
  }
}

function inOrder(a: Row, b: Row): number {
  return a.no - b.no || (a.id < b.id ? -1 : 1);
}

/** Nothing while a file of it is still on its way. */
function commandOf(row: Row): ChatCommand | null {
  const { want, id } = row;
  switch (want.kind) {
    case 'say': {
      const attachments: Attachment[] = [];
      for (const file of want.files) {
        if (file.attachment === null) return null;
        attachments.push(file.attachment);
      }
      return { id, kind: 'say', args: { text: want.text, attachments } };
    }
    case 'end':
      return { id, kind: 'end' };
    case 'score':
      return { id, kind: 'score', args: { kind: want.score, value: want.value, comment: want.comment } };
  }
}

function withoutUploads(want: Want, code: Rejection | null): Want {
  if (want.kind !== 'say' || code !== 'blob_missing') return want;
  return { ...want, files: want.files.map((file) => ({ ...file, attachment: null })) };
}
