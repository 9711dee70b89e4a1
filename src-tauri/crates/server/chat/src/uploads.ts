/** Files on their way, by their hash. What is sent is kept in the browser first, so that a reload does not lose it. */
import { sha256 } from './hash';
import type { Keep } from './keep';
import type { Input } from './link';
import type { Row, RowFile } from './outbox';
import type { Service } from './service';
import { type UploadEnd, upload } from './upload';

/** Bytes in one attachment, and how many go with one message: what the service takes. */
export const FILE_BYTES = 25 * 1024 * 1024;
export const FILES_AT_ONCE = 10;

export class Uploads {
  readonly #service: Service;
  readonly #keep: Keep;
  readonly #token: () => string | null;
  readonly #tell: (input: Input) => void;
  readonly #needed: (hash: string) => boolean;
  readonly #running = new Map<string, { stop: AbortController; end: Promise<UploadEnd | null> }>();
  readonly #opening = new Set<string>();
  readonly #progress = new Map<string, number>();
  readonly #listeners = new Set<() => void>();

  constructor(
    service: Service,
    keep: Keep,
    token: () => string | null,
    needed: (hash: string) => boolean,
    tell: (input: Input) => void,
  ) {
    this.#needed = needed;
    this.#service = service;
    this.#keep = keep;
    this.#token = token;
    this.#tell = tell;
  }

  /** How much of a file is there, 0 to 1; nothing when it is not on its way. */
  progress(hash: string): number | null {
    return this.#progress.get(hash) ?? null;
  }

  watch(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Names a file by its hash. */
  async name(file: File): Promise<RowFile> {
    const hash = await sha256(await file.arrayBuffer());
    return { sha256: hash, name: file.name, size: file.size, mime: file.type, attachment: null };
  }

  /** Keeps the bytes of a message that is about to be sent, so that a reload does not lose them. */
  async keep(hash: string, file: Blob): Promise<void> {
    try {
      await this.#keep.putFile(hash, file);
    } catch {
      // No room: it is sent from memory, and only a reload before that would lose it.
    }
  }

  /** Drops what no row needs any more. */
  async sweep(rows: readonly Row[]): Promise<void> {
    const needed = new Set<string>();
    for (const row of rows) {
      if (row.want.kind === 'say' && row.state !== 'done') for (const file of row.want.files) needed.add(file.sha256);
    }
    await this.#keep.sweepFiles(needed).catch(() => undefined);
  }

  /** Sends a file that the composer holds. Nothing when it was stopped. */
  send(hash: string, name: string, file: Blob): Promise<UploadEnd | null> {
    return this.#run(hash, name, file);
  }

  /** Sends a file of a kept row, unless it is on its way already. */
  async resume(hash: string, name: string): Promise<void> {
    if (this.#running.has(hash) || this.#opening.has(hash)) return;
    this.#opening.add(hash);
    const file = await this.#keep.file(hash).catch(() => null);
    this.#opening.delete(hash);
    if (file === null) this.#tell({ is: 'not_uploaded', sha256: hash, code: 'blob_missing' });
    else await this.#run(hash, name, file);
  }

  /** The composer no longer wants it; a message that is already on its way still does. */
  cancel(hash: string): void {
    if (!this.#needed(hash)) this.#running.get(hash)?.stop.abort();
  }

  stop(): void {
    for (const { stop } of this.#running.values()) stop.abort();
  }

  #run(hash: string, name: string, file: Blob): Promise<UploadEnd | null> {
    const held = this.#running.get(hash);
    if (held !== undefined) return held.end;
    const stop = new AbortController();
    const end = this.#bring(hash, name, file, stop.signal);
    this.#running.set(hash, { stop, end });
    return end;
  }

  async #bring(hash: string, name: string, file: Blob, signal: AbortSignal): Promise<UploadEnd | null> {
    try {
      const end = await upload(
        file,
        {
          put: async (offset, part, within) => {
            const token = this.#token();
            if (token === null) return { status: 0, afterMs: null, body: null };
            const answer = await this.#service.putPart(token, { sha256: hash, name, size: file.size }, offset, part, within);
            if (answer.status === 401) this.#tell({ is: 'token_refused' });
            return answer;
          },
          sleep: pause,
          random: Math.random,
        },
        (share) => {
          this.#progress.set(hash, share);
          this.#notify();
        },
        signal,
      );
      this.#clear(hash);
      if ('attachment' in end) {
        this.#tell({ is: 'uploaded', sha256: hash, attachment: end.attachment });
      } else {
        this.#tell({ is: 'not_uploaded', sha256: hash, code: end.code });
      }
      return end;
    } catch {
      this.#clear(hash);
      return null;
    }
  }

  #clear(hash: string): void {
    this.#running.delete(hash);
    this.#progress.delete(hash);
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('stopped', 'AbortError'));
    });
  });
}
