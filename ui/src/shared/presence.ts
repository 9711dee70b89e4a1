// How somebody is, for the places that show it.

import type { Channel, Presence } from '../ipc/types';
import { w } from '../words/words.svelte';

export type Shade = 'available' | 'busy' | 'away' | 'offline' | 'wrap_up' | 'unknown';

export function shadeOf(presence: Presence | null): Shade {
  if (!presence) return 'unknown';
  if (presence.wrapping_up && presence.state !== 'offline') return 'wrap_up';
  return presence.state;
}

/** The state in a word; with the reason of a break when there is one. */
export function presenceName(presence: Presence | null, breakName: (id: string) => string | undefined): string {
  const words = w().presence;
  if (!presence) return words.unknown;
  if (presence.state === 'away' && presence.reason) {
    return presence.reason === 'missed-offer' ? words.missedOffer : (breakName(presence.reason) ?? words.away);
  }
  if (presence.state === 'available' && presence.finishing) return words.finishing;
  return words[presence.state];
}

/** What becomes of something that is given to somebody now: how many more they can take, or why none. */
export function roomOf(presence: Presence | null, channel: Channel, breakName: (id: string) => string | undefined): string {
  const free = freeOf(presence, channel);
  if (free !== null && free > 0) return w().dialog.free(free);
  return presence?.state === 'available' && !presence.finishing ? w().dialog.full : presenceName(presence, breakName);
}

/** How many more of a channel somebody could take now; nothing when that is not known. */
export function freeOf(presence: Presence | null, channel: Channel): number | null {
  const load = presence?.channels.find((one) => one.channel === channel);
  if (!presence || !load) return null;
  return presence.state === 'available' && load.open && !presence.finishing ? Math.max(0, load.capacity - load.load) : 0;
}
