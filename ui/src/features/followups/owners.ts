// To whom a loop can be given, and why that cannot be done now.

import type { Desk } from '../../live/desk.svelte';
import type { Option } from '../../shared/Picker.svelte';
import { w } from '../../words/words.svelte';

/** Oneself first, then the colleagues who are still there. */
export function owners({ team }: Desk, current: string): Option[] {
  const others = team.colleagues.rows.map((row) => row.person).filter((person) => person.active && person.id !== team.me.id);
  return [{ id: team.me.id, name: `${team.me.name} (${w().app.you})` }, ...others].map(({ id, name }) => ({ id, label: name, current: id === current }));
}

/** To whom it belongs is the service's to say; empty: it can be changed. */
export function fixedWhy(desk: Desk): string {
  return desk.needsLine === '' ? '' : w().followUps.ownerNeedsLine;
}
