// Keys as text: `Ctrl+Shift+K`, `Alt+1`, `F9`, `?`. The same text is stored, compared and shown.

export interface KeyLike {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
  getModifierState?: (key: 'AltGraph') => boolean;
}

const NAMED: Record<string, string> = {
  ' ': 'Space', ArrowUp: 'Up', ArrowDown: 'Down', ArrowLeft: 'Left', ArrowRight: 'Right', Escape: 'Esc', '+': 'Plus',
};

/** The keys of an event as text; empty for modifiers alone and for keys that only write a character with AltGr. */
export function chordOf(event: KeyLike): string {
  const { key } = event;
  if (['Control', 'Alt', 'Shift', 'Meta', 'AltGraph', 'Dead', 'Process', 'Unidentified', 'CapsLock'].includes(key)) return '';
  if (event.getModifierState?.('AltGraph')) return '';
  const commanding = event.ctrlKey || event.altKey || event.metaKey;
  let name = NAMED[key] ?? key;
  let shift = event.shiftKey;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  const zooms = event.ctrlKey && !event.altKey && /^[-+=]$/.test(key);
  if (commanding && digit && !zooms) {
    // On a French keyboard the digits need Shift and Alt+1 says "&": the place of the key counts. The signs for
    // larger and smaller lie on those keys too, and with Ctrl they are what is meant.
    name = digit[1] as string;
  } else if (key.length === 1) {
    if (/\p{L}/u.test(key)) {
      if (commanding || shift) name = key.toLocaleUpperCase();
    } else {
      // `?` is a key of its own, wherever the keyboard has it.
      shift = shift && name === 'Space';
    }
  }
  if (!commanding && !shift && name.length === 1) name = name.toLocaleUpperCase();
  return [event.ctrlKey ? 'Ctrl' : '', event.altKey ? 'Alt' : '', shift ? 'Shift' : '', event.metaKey ? 'Meta' : '', name]
    .filter((part) => part !== '')
    .join('+');
}

/** Whether these keys would also write a character: they rest while somebody types. */
export function writes(chord: string): boolean {
  if (/^(?:Ctrl|Alt|Meta)\+/.test(chord)) return false;
  const last = lastKey(chord);
  return last.length === 1 || last === 'Space' || last === 'Plus';
}

/** Keys that a text field or the window needs for itself. */
export function reserved(chord: string): boolean {
  return (
    ['Enter', 'Tab', 'Shift+Tab', 'Esc', 'Backspace', 'Delete', 'Space', 'Up', 'Down', 'Left', 'Right', 'Home', 'End'].includes(chord) ||
    /^Ctrl\+[ACVXZ]$/.test(chord) || chord === 'Ctrl+Shift+Z' || /^Shift\+.$/.test(chord) || chord === 'Alt+F4'
  );
}

const SHOWN: Record<string, string> = {
  Enter: '↵', Up: '↑', Down: '↓', Left: '←', Right: '→', Plus: '+', Tab: 'Tab', Shift: '⇧',
};

/** As it is shown on a key cap: `Ctrl ↵`. */
export function shown(chord: string): string {
  return parts(chord).map((part) => SHOWN[part] ?? part).join(' ');
}

/** As a screen reader wants it for `aria-keyshortcuts`. */
export function forReaders(chord: string): string {
  const names: Record<string, string> = {
    Ctrl: 'Control', Up: 'ArrowUp', Down: 'ArrowDown', Left: 'ArrowLeft', Right: 'ArrowRight', Esc: 'Escape',
  };
  return parts(chord).map((part) => names[part] ?? part).join('+');
}

/** An action may have several: `F1 ?`. */
export function chords(keys: string): string[] {
  return keys.split(' ').filter((chord) => chord !== '');
}

function parts(chord: string): string[] {
  return chord.split('+').filter((part) => part !== '');
}

function lastKey(chord: string): string {
  return parts(chord).at(-1) ?? '';
}
