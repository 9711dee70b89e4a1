/** The routes of the service, as the page uses them. Same origin, JSON, errors as `Problem`. */
import type { ChatBatch, ChatFrame, ChatReceipts, Start, Started } from './types';

const TIMEOUT = 30_000;

/** What came back. `status` 0: nothing came. */
export type Answer<T> = { ok: true; body: T } | { ok: false; status: number; afterMs: number | null; body: unknown };

export class Service {
  readonly #base: string;

  constructor(base = '/chat/v1') {
    this.#base = base;
  }

  start(body: Start): Promise<Answer<Started>> {
    return this.#json<Started>('/start', null, body);
  }

  commands(token: string, batch: ChatBatch): Promise<Answer<ChatReceipts>> {
    return this.#json<ChatReceipts>('/commands', token, batch);
  }

  stream(heard: (frame: ChatFrame) => void, opened: () => void, closed: (code: number) => void): WebSocket {
    const address = new URL(`${this.#base}/stream`, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    socket.onopen = opened;
    socket.onclose = (event) => closed(event.code);
    socket.onmessage = (event: MessageEvent<unknown>) => {
      const frame = frameOf(event.data);
      if (frame === null) socket.close();
      else heard(frame);
    };
    return socket;
  }

  async putPart(
    token: string,
    file: { sha256: string; name: string; size: number },
    offset: number,
    part: Blob,
    signal: AbortSignal,
  ): Promise<{ status: number; afterMs: number | null; body: unknown }> {
    const { sha256, name, size } = file;
    const query = new URLSearchParams({ name, offset: String(offset), size: String(size) });
    const answer = await fetch(`${this.#base}/blobs/${sha256}?${query}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      body: part,
      signal: within(signal, 4 * TIMEOUT),
    });
    return { status: answer.status, afterMs: retryAfter(answer), body: await bodyOf(answer) };
  }

  /** A file, a preview or the transcript: nothing when it cannot be had. */
  async bytes(token: string, path: string): Promise<Blob | null> {
    try {
      const answer = await fetch(`${this.#base}${path}`, { headers: { authorization: `Bearer ${token}` } });
      return answer.ok ? await answer.blob() : null;
    } catch {
      return null;
    }
  }

  async #json<T>(path: string, token: string | null, body: unknown): Promise<Answer<T>> {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (token !== null) headers['authorization'] = `Bearer ${token}`;
    try {
      const answer = await fetch(`${this.#base}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT),
      });
      const told = await bodyOf(answer);
      if (answer.ok && told !== null) return { ok: true, body: told as T };
      return { ok: false, status: answer.ok ? 0 : answer.status, afterMs: retryAfter(answer), body: told };
    } catch {
      return { ok: false, status: 0, afterMs: null, body: null };
    }
  }
}

/** Stops when `signal` does, or after a while. */
function within(signal: AbortSignal, ms: number): AbortSignal {
  const both = new AbortController();
  const timer = setTimeout(() => both.abort(), ms);
  both.signal.addEventListener('abort', () => clearTimeout(timer));
  if (signal.aborted) both.abort();
  else signal.addEventListener('abort', () => both.abort(), { once: true });
  return both.signal;
}

function frameOf(data: unknown): ChatFrame | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === 'object' && frame !== null && 'type' in frame ? (frame as ChatFrame) : null;
  } catch {
    return null;
  }
}

async function bodyOf(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}

function retryAfter(answer: Response): number | null {
  const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 300) * 1_000 : null;
}
