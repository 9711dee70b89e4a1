// Giving an action other keys. Keys that somebody else has are not taken silently.

import type { Desk } from '../live/desk.svelte';
import { chordOf, chords, reserved, type KeyLike } from '../shared/chord';
import type { ActionId } from '../words/words.svelte';
import { conflictOf, keysOf, shortcuts } from './shortcuts';

export class Remap {
  /** The action whose new keys are waited for. */
  waiting = $state<ActionId | null>(null);
  /** What was pressed but cannot be taken without a word. */
  refused = $state.raw<{ id: ActionId; chord: string; other: ActionId | null } | null>(null);

  constructor(private readonly desk: Desk) {}

  get changed(): Readonly<Record<string, string>> {
    return this.desk.settings.shortcuts;
  }

  isChanged(id: ActionId): boolean {
    return id in this.changed;
  }

  wait(id: ActionId): void {
    this.refused = null;
    this.waiting = id;
  }

  stop(): void {
    this.waiting = null;
  }

  /** A key was pressed while new keys are waited for. */
  press(event: KeyLike): void {
    const id = this.waiting;
    if (!id) return;
    if (event.key === 'Escape') {
      this.waiting = null;
      return;
    }
    if (event.key === 'Backspace' || event.key === 'Delete') {
      this.waiting = null;
      this.#keep(id, '');
      return;
    }
    const chord = chordOf(event);
    if (chord === '') return;
    this.waiting = null;
    if (reserved(chord)) {
      this.refused = { id, chord, other: null };
      return;
    }
    const other = conflictOf(id, chord, this.changed);
    if (other) this.refused = { id, chord, other };
    else this.#keep(id, chord);
  }

  /** Takes the refused keys after all: the other action loses them. */
  takeOver(): void {
    const refused = this.refused;
    if (!refused?.other) return;
    const rest = chords(keysOf(refused.other, this.changed)).filter((chord) => chord !== refused.chord).join(' ');
    this.refused = null;
    void this.desk.change({ shortcuts: { ...this.changed, [refused.other]: rest, [refused.id]: refused.chord } });
  }

  reset(id: ActionId): void {
    const rest = { ...this.changed };
    delete rest[id];
    this.refused = null;
    void this.desk.change({ shortcuts: rest });
  }

  resetAll(): void {
    this.refused = null;
    void this.desk.change({ shortcuts: {} });
  }

  #keep(id: ActionId, keys: string): void {
    this.refused = null;
    if (keys === shortcuts[id].keys) this.reset(id);
    else void this.desk.change({ shortcuts: { ...this.changed, [id]: keys } });
  }
}
