// The telephone in the advisor's hand. What is asked for here goes to the desk, and is shown once the desk says that it is
// so: somebody who believes they are muted must be.

import type { CallReceiver, CallRow } from '../../ipc/types';
import type { CallName } from '../../ipc/call';
import type { Desk } from '../../live/desk.svelte';
import { isHeld } from '../../shared/calls';
import { w } from '../../words/words.svelte';

export type Panel = 'keypad' | 'hand_over' | 'dial';
/** What is asked for once at a time. */
type Step = Extract<CallName, `call.${string}`>;

export class CallState {
  panel = $state<Panel | null>(null);
  /** The call that the panel was opened for: another one that comes does not take its place. */
  #of = $state<string | null>(null);
  /** The hand-over begins with a question to the receiver. */
  asksFirst = $state(false);
  /** A colleague who was chosen before it opened. */
  chosenFirst: string | null = null;
  /** What was asked for and is not answered yet. */
  #asked = $state.raw<ReadonlySet<string>>(new Set());

  constructor(
    private readonly desk: Desk,
    /** Told when the advisor went to a call: what they want next is to write. */
    private readonly arrived: () => void = () => {},
  ) {}

  /** The call of the conversation in front. */
  get here(): CallRow | undefined {
    const id = this.desk.page === 'desk' ? this.desk.open?.id : undefined;
    return id === undefined ? undefined : this.desk.phone.of(id);
  }

  /** Calls whose conversation is not in front, or that have none: the one that is spoken first. */
  get elsewhere(): readonly CallRow[] {
    const { here } = this;
    return this.desk.phone.taken
      .filter((row) => row.id !== here?.id && (row.stage !== 'ended' || row.conversation === null))
      .toSorted((a, b) => Number(isHeld(a) || a.stage === 'ended') - Number(isHeld(b) || b.stage === 'ended'));
  }

  /** The call that keys are meant for: the one in front, else the one that is spoken. */
  get current(): CallRow | undefined {
    return [this.here, ...this.elsewhere].find((row) => row && row.stage !== 'ended');
  }

  /** Those that ring past every queue: somebody called this line, or a supervisor gave their conversation to the advisor. */
  get ringing(): readonly CallRow[] {
    return this.desk.phone.ringing.filter((row) => !this.isOffered(row));
  }

  /** A queue holds it out: taking it is taking the offer. */
  isOffered({ conversation }: CallRow): boolean {
    return conversation !== null && this.desk.queue.offers.get(conversation) !== undefined;
  }

  /** The call that the panel belongs to, as long as it can be spoken in. */
  get shown(): CallRow | undefined {
    const row = this.#of === null ? undefined : this.desk.phone.calls.get(this.#of);
    return row?.stage === 'connected' ? row : undefined;
  }

  show(panel: Panel, row?: CallRow, asksFirst = false, person: string | null = null): void {
    this.#of = row?.id ?? null;
    this.asksFirst = asksFirst;
    this.chosenFirst = person;
    this.panel = panel;
  }

  toggleKeypad(row: CallRow): void {
    if (this.panel === 'keypad' && this.#of === row.id) this.panel = null;
    else this.show('keypad', row);
  }

  close(panel: Panel): void {
    if (this.panel === panel) this.panel = null;
  }

  /** A panel without its call has nothing to say. */
  tidy(): void {
    if (this.panel !== null && this.panel !== 'dial' && !this.shown) this.panel = null;
  }

  // What can be done now ---------------------------------------------------------------------------------------------

  canTalk(row: CallRow | undefined): row is CallRow {
    return row?.stage === 'connected';
  }

  /** The hold of a caller who waits while somebody is asked ends with that, and not before. */
  canHold(row: CallRow | undefined): row is CallRow {
    return this.canTalk(row) && row.consult === null;
  }

  canHandOver(row: CallRow | undefined): row is CallRow {
    return this.canHold(row) && !this.isMoving(row);
  }

  /** Back from a colleague, whether they have answered or not. */
  canGoBack(row: CallRow | undefined): row is CallRow {
    return this.canTalk(row) && row.consult !== null && !this.isMoving(row);
  }

  canJoin(row: CallRow | undefined): row is CallRow {
    return this.canGoBack(row) && row.consult?.stage === 'talking';
  }

  canComplete(row: CallRow | undefined): row is CallRow {
    return this.canGoBack(row) && row.consult?.stage !== 'calling';
  }

  /** It is being handed over. */
  isMoving(row: CallRow): boolean {
    return row.transfer !== null && !row.transfer.failed;
  }

  isAsked(step: Step, id: string): boolean {
    return this.#asked.has(`${step} ${id}`);
  }

  // Doing it ---------------------------------------------------------------------------------------------------------

  answer(row: CallRow): Promise<boolean> {
    return this.#once('call.answer', row.id, () => this.#take(row, 'offer.accept', 'call.answer'));
  }

  decline(row: CallRow): Promise<boolean> {
    return this.#once('call.decline', row.id, () => this.#take(row, 'offer.decline', 'call.decline'));
  }

  hangUp(row: CallRow): Promise<boolean> {
    return this.#once('call.hang_up', row.id, () => this.desk.attempt('call.hang_up', { id: row.id }));
  }

  mute(row: CallRow): Promise<boolean> {
    return this.#once('call.mute', row.id, () => this.desk.attempt('call.mute', { id: row.id, on: !row.muted }));
  }

  hold(row: CallRow): Promise<boolean> {
    return this.#once('call.hold', row.id, () => this.desk.attempt('call.hold', { id: row.id, on: !row.held.by_us }));
  }

  /** Each key goes out by itself and in its order: a machine at the other end listens. */
  async press(row: CallRow, digits: string): Promise<void> {
    await this.desk.attempt('call.press', { id: row.id, digits });
  }

  async handOver(row: CallRow, receiver: CallReceiver, note: string): Promise<boolean> {
    return this.#once('call.transfer', row.id, () => this.desk.attempt('call.transfer', { id: row.id, receiver, note: note.trim() === '' ? null : note.trim() }));
  }

  async consult(row: CallRow, receiver: CallReceiver): Promise<boolean> {
    return this.#once('call.consult', row.id, () => this.desk.attempt('call.consult', { id: row.id, receiver }));
  }

  back(row: CallRow): Promise<boolean> {
    return this.#once('call.back', row.id, () => this.desk.attempt('call.back', { id: row.id }));
  }

  join(row: CallRow): Promise<boolean> {
    return this.#once('call.confer', row.id, () => this.desk.attempt('call.confer', { id: row.id }));
  }

  complete(row: CallRow): Promise<boolean> {
    return this.#once('call.complete', row.id, () => this.desk.attempt('call.complete', { id: row.id }));
  }

  async dial(receiver: CallReceiver): Promise<boolean> {
    return this.#once('call.dial', '', () => this.desk.attempt('call.dial', { receiver }));
  }

  /** The first of the calls elsewhere that has a conversation to go to. */
  get away(): CallRow | undefined {
    return this.elsewhere.find((row) => row.conversation !== null);
  }

  async go(row: CallRow): Promise<void> {
    if (row.conversation === null) return;
    await this.desk.show(row.conversation);
    this.arrived();
  }

  #take(row: CallRow, offer: 'offer.accept' | 'offer.decline', call: 'call.answer' | 'call.decline'): Promise<{ done: boolean }> {
    return row.conversation !== null && this.isOffered(row) ? this.desk.attempt(offer, { id: row.conversation }) : this.desk.attempt(call, { id: row.id });
  }

  async #once(step: Step, id: string, attempt: () => Promise<{ done: boolean }>): Promise<boolean> {
    const key = `${step} ${id}`;
    if (this.#asked.has(key)) return false;
    this.#asked = new Set(this.#asked).add(key);
    const { done } = await attempt();
    const rest = new Set(this.#asked);
    rest.delete(key);
    this.#asked = rest;
    return done;
  }
}

/** Why a call cannot be made now; empty: it can. */
export function whyNoDial(desk: Desk): string {
  return desk.phone.ready ? '' : w().call.notReady;
}
