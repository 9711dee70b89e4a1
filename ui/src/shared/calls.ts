// What a call is at the moment, for the places that show it: who, how long, and how it sounds.

import type { CallRow, LineSound } from '../ipc/types';
import { w } from '../words/words.svelte';
import { number } from './figures';
import { flat } from './plain';

export type Sound = 'good' | 'fair' | 'bad';

/** How a line sounds: the E-model's R, with the limits that the workspace's goals name. */
export function soundOf({ r }: LineSound): Sound {
  return r >= 80 ? 'good' : r >= 70 ? 'fair' : 'bad';
}

/** `4.2` of 4.5. */
export function mosOf({ mos }: LineSound): string {
  return number(mos / 100, 1);
}

/** Percent of what was played that had to be invented or was left out. */
export function missing({ concealed, discarded }: LineSound): string {
  return number((concealed + discarded) / 10_000, 1);
}

/** Who it is, in plain words: their name, else their number. */
export function caller(row: { name: string; number: string }): string {
  return flat(row.name).trim() || flat(row.number).trim() || w().call.unknown;
}

/** Their number, where it says more than their name: a stranger is called by it already. */
export function numberBeside(name: string, number: string | null): string {
  return number !== null && name.trim() !== '' && name.trim() !== number.trim() ? number : '';
}

/** Somebody waits: we, they, or both make the other one do so. */
export function isHeld({ held }: CallRow): boolean {
  return held.by_us || held.by_them;
}

/** How long they have spoken, without what was on hold. */
export function talked(row: CallRow, now: number): number {
  const runs = row.stage === 'connected' && !isHeld(row);
  return row.times.talk + (runs ? Math.max(0, now - row.times.since) : 0);
}

/** What the clock of a call shows: how long it rings, is spoken, or is on hold now. */
export function clockOf(row: CallRow, now: number): number {
  if (row.stage === 'connected' && !isHeld(row)) return talked(row, now);
  if (row.stage === 'ended') return row.times.talk;
  return Math.max(0, now - row.times.since);
}

/** Where it stands, in words. */
export function standingOf(row: CallRow): string {
  const words = w().call;
  if (row.stage === 'ended') return words.ended[row.ended?.reason ?? 'hung_up'];
  if (row.stage !== 'connected') return words.state[row.stage];
  const { by_us, by_them } = row.held;
  return words.state[by_us && by_them ? 'heldByBoth' : by_us ? 'held' : by_them ? 'heldByThem' : 'talking'];
}

/** A number or an address as it can be called; nothing when it is neither. */
export function dialable(text: string): string | null {
  const trimmed = text.trim();
  if (/^[^\s@<>"]+@[^\s@<>"]+$/u.test(trimmed)) return trimmed;
  const bare = trimmed.replace(/[\s().\-/\u00a0\u202f]/gu, '');
  return /^\+?[0-9*#]{2,32}$/u.test(bare) ? bare : null;
}
