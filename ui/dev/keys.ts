// Keys as a keyboard sends them, for tests of the screens.

import { flushSync } from 'svelte';

const NAMED: Record<string, string> = { Up: 'ArrowUp', Down: 'ArrowDown', Left: 'ArrowLeft', Right: 'ArrowRight', Esc: 'Escape', Plus: '+', Space: ' ' };
/** What an English keyboard writes with Shift on its digits: the screen must go by the place of the key. */
const SHIFTED = ')!@#$%^&*(';

/** Presses keys (`Ctrl+Shift+1`, `F9`, `?`) where the focus is; answers whether somebody took them. */
export function press(chord: string, on: Element | null = document.activeElement): boolean {
  const parts = chord.split('+');
  const name = parts.pop() ?? '';
  const [ctrlKey, altKey, shift] = ['Ctrl', 'Alt', 'Shift'].map((one) => parts.includes(one)) as [boolean, boolean, boolean];
  const digit = /^\d$/.test(name);
  const letter = /^[A-Z]$/.test(name);
  const key = NAMED[name] ?? (digit && shift ? (SHIFTED[Number(name)] ?? name) : letter && !shift ? name.toLowerCase() : name);
  const event = new KeyboardEvent('keydown', {
    key, code: digit ? `Digit${name}` : letter ? `Key${name}` : '', ctrlKey, altKey, shiftKey: shift || name === '?' || name === 'Plus', bubbles: true, cancelable: true,
  });
  (on ?? document.body).dispatchEvent(event);
  // Between two events of a person the screen has always caught up.
  flushSync();
  return event.defaultPrevented;
}

/** Writes into a field as if it had been typed. */
export function type(field: HTMLTextAreaElement | HTMLInputElement, text: string): void {
  field.focus();
  field.value = text;
  field.setSelectionRange?.(text.length, text.length);
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  flushSync();
}
