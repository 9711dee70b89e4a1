// From a key to what it does. One listener for the window.

import type { Actions } from '../shared/actions.svelte';
import { chordOf } from '../shared/chord';
import { isTyping } from '../shared/focus';
import { covered, coveredByDialog } from '../shared/layers';
import { actionsFor, restsWhileTyping, type Changed } from './shortcuts';

/** Keys of these work although something lies over the page: they open or close what lies there. */
const THROUGH = new Set(['palette', 'quit', 'accept', 'decline', 'zoom_in', 'zoom_out', 'zoom_reset', 'presence_menu', 'emoji', 'undo', 'call_keypad']);
/** Somebody listens: these work whatever lies over the page, a question included. */
const SPOKEN = new Set(['call_mute', 'call_hold', 'call_hang_up']);

export function keyboard(actions: Actions, changed: () => Changed): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const chord = chordOf(event);
    if (chord === '') return;
    if (restsWhileTyping(chord) && isTyping(event.target)) return;
    for (const id of actionsFor(chord, changed())) {
      if (covered() && !THROUGH.has(id) && !SPOKEN.has(id)) continue;
      if (coveredByDialog() && !SPOKEN.has(id) && id !== 'palette' && id !== 'quit' && !id.startsWith('zoom')) continue;
      if (!actions.can(id)) continue;
      event.preventDefault();
      actions.run(id);
      return;
    }
  };
}
