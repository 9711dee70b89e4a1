// The telephone as the desk told it: whether calls arrive, and the calls that are there.

import type { CallRow, Home, PhoneState } from '../ipc/types';
import { by, Keyed } from './keyed.svelte';

export class Phone {
  state = $state<PhoneState>('none');
  readonly calls = new Keyed<CallRow>(
    (row) => row.id,
    by((row) => row.times.began, (row) => row.id),
  );
  /** How loud the microphone is while it is tested, 0 to 100. */
  level = $state(0);

  fill(home: Home): void {
    this.state = home.phone;
    this.calls.reset(home.calls);
  }

  forget(): void {
    this.state = 'none';
    this.calls.reset([]);
    this.level = 0;
  }

  get ready(): boolean {
    return this.state === 'ready';
  }

  /** Calls that somebody took or made: those that only ring here are offers still. */
  get taken(): readonly CallRow[] {
    const { ringing } = this;
    return this.calls.rows.filter((row) => !ringing.includes(row));
  }

  /** Those that ring here. */
  get ringing(): readonly CallRow[] {
    return this.calls.rows.filter((row) => row.stage === 'ringing' && row.direction === 'inbound');
  }

  /** The call of a conversation: the one that goes on, else the one that has just ended. */
  of(conversation: string): CallRow | undefined {
    const own = this.taken.filter((row) => row.conversation === conversation);
    return own.find((row) => row.stage !== 'ended') ?? own.at(-1);
  }

  /** A call of that conversation goes on: what ends or moves the conversation is done with the call. */
  goesOn(conversation: string): boolean {
    const call = this.of(conversation);
    return call !== undefined && call.stage !== 'ended';
  }
}
