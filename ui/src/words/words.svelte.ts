// The words of the screen, in the reader's language. English is always there; French is read when it is needed.

import type { Language } from '../ipc/types';
import { en, type Words } from './en';

export type { Words };
export type ActionId = keyof Words['action'];
export type Tongue = 'en' | 'fr';

let current = $state.raw<Words>(en);
let tongue = $state<Tongue>('en');

/** The words. Reading them follows a change of language. */
export function w(): Words {
  return current;
}

export function lang(): Tongue {
  return tongue;
}

export function tongueOf(language: Language): Tongue {
  if (language !== 'system') return language;
  return typeof navigator !== 'undefined' && navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

let loading: Promise<void> = Promise.resolve();

/** Resolves when the words of the language that was chosen last are there. */
export function wordsReady(): Promise<void> {
  return loading;
}

/** Changes the language of the screen. What is shown follows by itself. */
export function setLanguage(language: Language): Promise<void> {
  loading = change(language);
  return loading;
}

async function change(language: Language): Promise<void> {
  const wanted = tongueOf(language);
  if (typeof document !== 'undefined') document.documentElement.lang = wanted;
  if (wanted === tongue) return;
  tongue = wanted;
  const words = wanted === 'fr' ? (await import('./fr')).fr : en;
  if (tongue === wanted) current = words;
}
