// Light or dark, as the person or their system wants it. The last answer is kept where the page finds it before the
// first paint (`public/boot.js`), so that a dark desk never opens white.

import type { Settings, Theme } from '../ipc/types';

const DARK = '(prefers-color-scheme: dark)';

export function isDark(theme: Theme): boolean {
  return theme === 'dark' || (theme === 'system' && matchMedia(DARK).matches);
}

export function applyLook(settings: Settings): void {
  document.documentElement.dataset['theme'] = isDark(settings.theme) ? 'dark' : 'light';
  try {
    localStorage.setItem('look', JSON.stringify({ theme: settings.theme, left: settings.left_width, right: settings.right_width }));
  } catch {
    // A page without storage opens in the system's colours.
  }
}

/** Follows the system while the person leaves it to the system. */
export function followSystem(theme: () => Theme, settings: () => Settings): () => void {
  const query = matchMedia(DARK);
  const change = () => {
    if (theme() === 'system') applyLook(settings());
  };
  query.addEventListener('change', change);
  return () => query.removeEventListener('change', change);
}
