// A passphrase that is being typed: to open the files, or to be chosen, twice.

import { call } from '../../ipc/call';
import { asFailure } from '../../ipc/failure';
import type { Keys } from '../../ipc/types';
import type { Desk } from '../../live/desk.svelte';

/** The fewest characters, as the desk has it (`store::slot`). */
export const SHORTEST = 12;

/** What it is typed for. */
export type Purpose = 'enter' | 'choose' | 'set';
export type Wrong = 'none' | 'wrong' | 'short' | 'different' | 'damaged';

export class PassphraseState {
  first = $state('');
  again = $state('');
  shown = $state(false);
  busy = $state(false);
  wrong = $state<Wrong>('none');

  constructor(private readonly desk: Desk, private readonly purpose: () => Purpose) {}

  get twice(): boolean {
    return this.purpose() !== 'enter';
  }

  typed(): void {
    this.wrong = 'none';
  }

  /** Hands it over. True when it was taken; then nothing of it is kept here. */
  async submit(): Promise<boolean> {
    if (this.busy) return false;
    this.wrong = this.#seen();
    if (this.wrong !== 'none') return false;
    this.busy = true;
    const passphrase = this.first;
    try {
      if (this.purpose() === 'enter') await call('keys.unlock', { passphrase });
      else if (this.purpose() === 'choose') await call('keys.choose', { passphrase });
      else this.desk.keys = await call('keys.set_passphrase', { passphrase });
      this.first = this.again = '';
      this.shown = false;
      return true;
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code === 'wrong_passphrase') this.wrong = 'wrong';
      else if (failure.code === 'invalid' && this.purpose() === 'enter') this.wrong = 'damaged';
      else if (failure.code === 'invalid') this.wrong = 'short';
      // Why it stays locked stands on the gate already.
      else if (failure.code !== 'locked' && failure.code !== 'too_late') this.desk.notices.fail(failure);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #seen(): Wrong {
    if (!this.twice) return this.first === '' ? 'wrong' : 'none';
    if ([...this.first].length < SHORTEST) return 'short';
    return this.first === this.again ? 'none' : 'different';
  }
}

/** Lets the keyring alone open the files again. */
export async function removePassphrase(desk: Desk): Promise<boolean> {
  const tried = await desk.attempt('keys.remove_passphrase');
  if (tried.done) desk.keys = tried.output satisfies Keys;
  return tried.done;
}
