// Every action with its keys and the place where they count. Data, not code: the list, the palette, the tooltips and
// the settings all read it, and a person may change any of it.
//
// Rules of the built-in keys: nothing that ends or gives away something lies on a key that is hit while typing; keys
// that write a character rest while somebody types; digits go by their place, so that a French keyboard has them too.

import type { Page } from '../live/desk.svelte';
import { chords, writes } from '../shared/chord';
import type { ActionId } from '../words/words.svelte';

/** Where an action is at home. Two actions may share keys only where their places never meet. */
export type When = 'always' | 'desk' | 'conversation' | 'writing' | 'wrap_up' | 'follow_ups' | 'supervise' | 'library';

export type Group = 'app' | 'go' | 'presence' | 'offers' | 'call' | 'conversation' | 'writing' | 'wrap_up' | 'follow_ups' | 'supervise' | 'library';

export interface Shortcut {
  /** Several are separated by a space. */
  keys: string;
  when: When;
  group: Group;
  /** Its keys belong to the text field and cannot be changed. */
  fixed?: true;
}

export const shortcuts: Record<ActionId, Shortcut> = {
  palette: { keys: 'Ctrl+K', when: 'always', group: 'app' },
  help: { keys: '? F1', when: 'always', group: 'app' },
  undo: { keys: 'Alt+Z', when: 'always', group: 'app' },
  pane_next: { keys: 'F6', when: 'always', group: 'app' },
  pane_previous: { keys: 'Shift+F6', when: 'always', group: 'app' },
  theme: { keys: 'Ctrl+Shift+D', when: 'always', group: 'app' },
  zoom_in: { keys: 'Ctrl+Plus Ctrl+=', when: 'always', group: 'app' },
  zoom_out: { keys: 'Ctrl+-', when: 'always', group: 'app' },
  zoom_reset: { keys: 'Ctrl+0', when: 'always', group: 'app' },
  attention: { keys: 'Alt+Q', when: 'always', group: 'app' },
  open_chat: { keys: 'Ctrl+Shift+O', when: 'always', group: 'app' },
  copy_link: { keys: 'Ctrl+Shift+L', when: 'always', group: 'app' },
  quit: { keys: 'Ctrl+Q', when: 'always', group: 'app' },

  go_desk: { keys: 'Ctrl+1', when: 'always', group: 'go' },
  go_follow_ups: { keys: 'Ctrl+2', when: 'always', group: 'go' },
  go_supervise: { keys: 'Ctrl+3', when: 'always', group: 'go' },
  go_library: { keys: 'Ctrl+4', when: 'always', group: 'go' },
  go_settings: { keys: 'Ctrl+,', when: 'always', group: 'go' },

  presence_menu: { keys: 'Alt+P', when: 'always', group: 'presence' },
  presence_available: { keys: 'Ctrl+Shift+1', when: 'always', group: 'presence' },
  presence_busy: { keys: 'Ctrl+Shift+2', when: 'always', group: 'presence' },
  presence_away: { keys: 'Ctrl+Shift+3', when: 'always', group: 'presence' },
  presence_finish: { keys: 'Ctrl+Shift+4', when: 'always', group: 'presence' },

  accept: { keys: 'F9', when: 'always', group: 'offers' },
  decline: { keys: 'Shift+F9', when: 'always', group: 'offers' },
  take: { keys: 'Ctrl+F9', when: 'desk', group: 'offers' },
  next_conversation: { keys: 'Alt+Down', when: 'desk', group: 'offers' },
  previous_conversation: { keys: 'Alt+Up', when: 'desk', group: 'offers' },
  next_owed: { keys: 'Alt+J', when: 'desk', group: 'offers' },

  // A call is spoken on whatever page is in front.
  call_mute: { keys: 'F7', when: 'always', group: 'call' },
  call_hold: { keys: 'F8', when: 'always', group: 'call' },
  call_hang_up: { keys: 'Ctrl+Shift+H', when: 'always', group: 'call' },
  call_keypad: { keys: 'Ctrl+Shift+K', when: 'always', group: 'call' },
  call_transfer: { keys: 'Ctrl+Shift+T', when: 'always', group: 'call' },
  call_consult: { keys: 'Ctrl+Shift+A', when: 'always', group: 'call' },
  call_back: { keys: 'Ctrl+Shift+B', when: 'always', group: 'call' },
  call_join: { keys: 'Ctrl+Shift+J', when: 'always', group: 'call' },
  call_complete: { keys: 'Ctrl+Shift+F', when: 'always', group: 'call' },
  call_go: { keys: 'Ctrl+Shift+G', when: 'always', group: 'call' },
  call_dial: { keys: 'Ctrl+Shift+N', when: 'always', group: 'call' },

  reply: { keys: 'Alt+R', when: 'conversation', group: 'conversation' },
  note: { keys: 'Alt+N', when: 'conversation', group: 'conversation' },
  transfer: { keys: 'Alt+T', when: 'conversation', group: 'conversation' },
  snooze: { keys: 'Alt+S', when: 'conversation', group: 'conversation' },
  resolve: { keys: 'Ctrl+Enter', when: 'conversation', group: 'conversation' },
  reopen: { keys: 'Ctrl+Shift+Enter', when: 'conversation', group: 'conversation' },
  reason: { keys: 'Alt+W', when: 'conversation', group: 'conversation' },
  more: { keys: 'Alt+M', when: 'conversation', group: 'conversation' },
  link: { keys: 'Alt+L', when: 'conversation', group: 'conversation' },
  link_customer: { keys: 'Alt+I', when: 'conversation', group: 'conversation' },
  unlink: { keys: 'Alt+U', when: 'conversation', group: 'conversation' },
  end: { keys: 'Alt+X', when: 'conversation', group: 'conversation' },
  block: { keys: 'Alt+B', when: 'conversation', group: 'conversation' },
  unblock: { keys: 'Alt+Y', when: 'conversation', group: 'conversation' },
  hand_over: { keys: 'Alt+H', when: 'conversation', group: 'conversation' },
  customer: { keys: 'Alt+C', when: 'conversation', group: 'conversation' },
  add_follow_up: { keys: 'T Alt+F', when: 'conversation', group: 'conversation' },
  newest: { keys: 'Alt+End', when: 'conversation', group: 'conversation' },
  lines_up: { keys: 'Alt+PageUp', when: 'conversation', group: 'conversation' },
  lines_down: { keys: 'Alt+PageDown', when: 'conversation', group: 'conversation' },

  send: { keys: 'Enter', when: 'writing', group: 'writing', fixed: true },
  complete: { keys: 'Tab', when: 'writing', group: 'writing', fixed: true },
  suggestion_1: { keys: 'Alt+1', when: 'writing', group: 'writing' },
  suggestion_2: { keys: 'Alt+2', when: 'writing', group: 'writing' },
  suggestion_3: { keys: 'Alt+3', when: 'writing', group: 'writing' },
  macros: { keys: 'Alt+K', when: 'writing', group: 'writing' },
  attach: { keys: 'Alt+A', when: 'writing', group: 'writing' },
  emoji: { keys: 'Alt+E', when: 'writing', group: 'writing' },

  outcome_1: { keys: 'Alt+1 1', when: 'wrap_up', group: 'wrap_up' },
  outcome_2: { keys: 'Alt+2 2', when: 'wrap_up', group: 'wrap_up' },
  outcome_3: { keys: 'Alt+3 3', when: 'wrap_up', group: 'wrap_up' },
  outcome_4: { keys: 'Alt+4 4', when: 'wrap_up', group: 'wrap_up' },
  outcome_5: { keys: 'Alt+5 5', when: 'wrap_up', group: 'wrap_up' },
  outcome_6: { keys: 'Alt+6 6', when: 'wrap_up', group: 'wrap_up' },
  outcome_7: { keys: 'Alt+7 7', when: 'wrap_up', group: 'wrap_up' },
  outcome_8: { keys: 'Alt+8 8', when: 'wrap_up', group: 'wrap_up' },
  outcome_9: { keys: 'Alt+9 9', when: 'wrap_up', group: 'wrap_up' },

  scope_mine: { keys: 'Alt+1', when: 'follow_ups', group: 'follow_ups' },
  scope_team: { keys: 'Alt+2', when: 'follow_ups', group: 'follow_ups' },
  scope_waiting: { keys: 'Alt+3', when: 'follow_ups', group: 'follow_ups' },
  scope_done: { keys: 'Alt+4', when: 'follow_ups', group: 'follow_ups' },
  follow_up_done: { keys: 'Alt+D', when: 'follow_ups', group: 'follow_ups' },
  follow_up_title: { keys: 'F2', when: 'follow_ups', group: 'follow_ups' },
  follow_up_conversation: { keys: 'Alt+O', when: 'follow_ups', group: 'follow_ups' },
  settle_mine: { keys: '1', when: 'follow_ups', group: 'follow_ups' },
  settle_theirs: { keys: '2', when: 'follow_ups', group: 'follow_ups' },
  settle_merge: { keys: '3', when: 'follow_ups', group: 'follow_ups' },

  reassign: { keys: 'Alt+T', when: 'supervise', group: 'supervise' },

  library_find: { keys: 'Ctrl+F', when: 'library', group: 'library' },
  new_article: { keys: 'Alt+N', when: 'library', group: 'library' },
  new_macro: { keys: 'Alt+M', when: 'library', group: 'library' },
  library_save: { keys: 'Ctrl+S', when: 'library', group: 'library' },
};

export const actionIds = Object.keys(shortcuts) as ActionId[];

/** The places that can be there at the same time as `when`. */
const MEETS: Record<When, readonly When[]> = {
  always: ['always', 'desk', 'conversation', 'writing', 'wrap_up', 'follow_ups', 'supervise', 'library'],
  desk: ['always', 'desk', 'conversation', 'writing', 'wrap_up'],
  conversation: ['always', 'desk', 'conversation', 'writing', 'wrap_up'],
  writing: ['always', 'desk', 'conversation', 'writing'],
  wrap_up: ['always', 'desk', 'conversation', 'wrap_up'],
  follow_ups: ['always', 'follow_ups'],
  supervise: ['always', 'supervise'],
  library: ['always', 'library'],
};

/** Whether the place of an action is on the page that is in front. */
export function isHere(id: ActionId, page: Page): boolean {
  const { when } = shortcuts[id];
  return when === 'always' || when === page || (page === 'desk' && MEETS.desk.includes(when));
}

export type Changed = Readonly<Record<string, string | undefined>>;

/** The keys of an action: the person's own, else the built-in ones. Empty: none. */
export function keysOf(id: ActionId, changed: Changed): string {
  const shortcut = shortcuts[id];
  return shortcut.fixed ? shortcut.keys : (changed[id] ?? shortcut.keys);
}

/** Which actions these keys stand for now, in no order of importance: at most one of them can be done. */
export function actionsFor(chord: string, changed: Changed): ActionId[] {
  return actionIds.filter((id) => !shortcuts[id].fixed && chords(keysOf(id, changed)).includes(chord));
}

/** Another action that has these keys where `id` needs them. */
export function conflictOf(id: ActionId, chord: string, changed: Changed): ActionId | undefined {
  const places = MEETS[shortcuts[id].when];
  return actionIds.find(
    (other) => other !== id && places.includes(shortcuts[other].when) && chords(keysOf(other, changed)).includes(chord),
  );
}

/** Whether the keys count while somebody types. */
export function restsWhileTyping(chord: string): boolean {
  return writes(chord);
}
