// What Merge would write. Of two texts it is one with both; of anything else theirs is kept, and a line of the note
// tells what the advisor had chosen.

import type { Team } from '../../live/team.svelte';
import { isText, lastingValue, type Clash } from '../../shared/loops';
import { w } from '../../words/words.svelte';

export function proposal(clash: Clash, team: Team, now: number): string {
  const { field } = clash.mine;
  if (!isText(field)) {
    return w().conflict.noteLine(team.me.name, w().conflict.field[field], lastingValue(clash.mine, team, now));
  }
  if (clash.merged !== null) return clash.merged;
  const texts = [clash.theirs.value, clash.mine.value].map((value) => String(value ?? '').trim()).filter((text) => text !== '');
  // A title has one line.
  return texts.join(field === 'title' ? ' / ' : '\n');
}

/** A text, cut where it begins and ends to differ from another one. */
export interface Apart {
  before: string;
  own: string;
  after: string;
}

/** So much of what both have in common stands around what differs. */
const AROUND = 48;

/** Where two texts differ, by words: what both begin and end with is the same. */
export function apart(text: string, other: string): Apart {
  const [mine, theirs] = [text, other].map((one) => one.split(/(\s+)/u)) as [string[], string[]];
  const most = Math.min(mine.length, theirs.length);
  let from = 0;
  while (from < most && mine[from] === theirs[from]) from += 1;
  let to = 0;
  while (to < most - from && mine[mine.length - 1 - to] === theirs[theirs.length - 1 - to]) to += 1;
  // Nothing in common: there is nothing to point at.
  if (from === 0 && to === 0) return { before: text, own: '', after: '' };
  const end = mine.length - to;
  return { before: mine.slice(0, from).join(''), own: mine.slice(from, end).join(''), after: mine.slice(end).join('') };
}

/** The same with only as much around it as it takes to find the place. */
export function near({ before, own, after }: Apart): Apart {
  const start = before.length > AROUND ? `…${before.slice(before.indexOf(' ', before.length - AROUND) + 1)}` : before;
  const stop = after.indexOf(' ', AROUND);
  return { before: start, own, after: after.length > AROUND ? `${after.slice(0, stop < 0 ? AROUND : stop)}…` : after };
}
