/** Who visits: the token, and what `start` told of the workspace. Started again when the visitor says who they are. */
import { type Now, type Out, type Random, backedOff } from './pace';
import type { SignedIdentity, Start, Started } from './types';

/** What the page knows of the visitor before the service does. */
export interface Profile {
  readonly workspace: string | null;
  readonly queue: string | null;
  readonly language: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly signed: SignedIdentity | null;
}

export type VisitEffect =
  | { do: 'start'; body: Start }
  /** Keep this token in the browser, or forget it. */
  | { do: 'token'; token: string | null };

/** Why there is no chat at all. */
export type Refusal = 'blocked' | 'unknown';

/** An answer to `start` older than this no longer tells whether somebody is there. */
const STALE = 5 * 60_000;

export class Visit {
  readonly #random: Random;
  #profile: Profile;
  #token: string | null;
  #started: Started | null = null;
  #startedAt = 0;
  #asking: Profile | null = null;
  /** A start is due: at first, after a change, or because the last answer is old. */
  #due = true;
  /** The service does not know yet what the page knows: nothing may be sent before it does. */
  #ahead = true;
  #tries = 0;
  #notBefore = 0;
  #refusal: Refusal | null = null;
  /** The service refused the token that we had: the next one is another visitor's. */
  #forgotten = false;

  constructor(profile: Profile, token: string | null, random: Random) {
    this.#profile = profile;
    this.#token = token;
    this.#random = random;
  }

  get started(): Started | null {
    return this.#started;
  }

  get token(): string | null {
    return this.#token;
  }

  get refusal(): Refusal | null {
    return this.#refusal;
  }

  /** Whether the token may be used. */
  get known(): boolean {
    return this.#started !== null && this.#token !== null && this.#refusal === null;
  }

  /** Whether commands may go: the service knows who speaks. */
  get ready(): boolean {
    return this.known && !this.#ahead;
  }

  /** `start` was asked in vain at least once. */
  get troubled(): boolean {
    return this.#tries > 0;
  }

  profile(profile: Profile): void {
    if (JSON.stringify(profile) === JSON.stringify(this.#profile)) return;
    this.#profile = profile;
    this.#due = true;
    this.#ahead = true;
    this.#notBefore = 0;
  }

  /** The person is back: ask again whether somebody is there, if that was long ago. */
  refresh(now: Now): void {
    this.#notBefore = Math.min(this.#notBefore, now.mono + this.#random() * 300);
    if (now.mono - this.#startedAt > STALE) this.#due = true;
  }

  /** The service no longer takes the token. */
  tokenRefused(now: Now): void {
    this.#due = true;
    this.#ahead = true;
    // A service that gives out tokens and then refuses them must not be asked without end.
    if (now.mono - this.#startedAt < 10_000) this.#later(null, now);
  }

  block(): void {
    this.#refusal = 'blocked';
  }

  /** Returns true when the visitor is now another one for the service. */
  tookStart(started: Started, out: Out<VisitEffect>, now: Now): boolean {
    const before = this.#token;
    this.#started = started;
    this.#startedAt = now.mono;
    this.#ahead = this.#asking !== this.#profile;
    this.#due = this.#ahead;
    this.#asking = null;
    this.#tries = 0;
    this.#refusal = null;
    if (started.token === before) return false;
    this.#token = started.token;
    out.push({ do: 'token', token: started.token });
    const another = before !== null || this.#forgotten;
    this.#forgotten = false;
    return another;
  }

  startFailed(status: number, afterMs: number | null, out: Out<VisitEffect>, now: Now): void {
    this.#asking = null;
    this.#due = true;
    const refused = status >= 400 && status < 500 && status !== 404 && status !== 408 && status !== 429;
    if (refused && this.#profile.signed !== null) {
      // A signature that ran out must not keep anybody from asking for help: go on without it.
      this.#profile = { ...this.#profile, signed: null };
    } else if (status === 401 && this.#token !== null) {
      this.#token = null;
      this.#forgotten = true;
      out.push({ do: 'token', token: null });
    } else if (status === 403) {
      this.#refusal = 'blocked';
    } else if (status === 404) {
      this.#refusal = 'unknown';
    }
    this.#later(afterMs, now);
  }

  pump(out: Out<VisitEffect>, now: Now): number {
    if (!this.#due || this.#asking !== null || this.#refusal !== null) return Number.POSITIVE_INFINITY;
    if (now.mono < this.#notBefore) return this.#notBefore;
    this.#asking = this.#profile;
    this.#due = false;
    out.push({ do: 'start', body: { ...this.#profile, token: this.#token } });
    return Number.POSITIVE_INFINITY;
  }

  #later(afterMs: number | null, now: Now): void {
    this.#tries += 1;
    this.#notBefore = now.mono + Math.max(afterMs ?? 0, backedOff(this.#random, this.#tries - 1));
  }
}
