// Figures in the reader's language.

import type { Money } from '../ipc/types';
import { lang, w } from '../words/words.svelte';

const kept = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const locale = lang() === 'fr' ? 'fr-FR' : 'en-GB';
  const key = locale + JSON.stringify(options);
  let found = kept.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale, options);
    kept.set(key, found);
  }
  return found;
}

export function number(value: number, digits = 0): string {
  return format({ maximumFractionDigits: digits }).format(value);
}

/** Whole amounts without cents: `€1,284`, `€12.50`. The amount is in the currency's smallest unit, whatever that is. */
export function money(amount: Money): string {
  try {
    const style = { style: 'currency', currency: amount.currency } as const;
    const digits = format(style).resolvedOptions().maximumFractionDigits ?? 2;
    const value = amount.cents / 10 ** digits;
    const shown = Number.isInteger(value) || Math.abs(value) >= 1000 ? 0 : digits;
    return format({ ...style, maximumFractionDigits: shown, minimumFractionDigits: shown }).format(value);
  } catch {
    // A currency that the engine does not know is shown as it was posted.
    return `${number(amount.cents / 100, 2)} ${amount.currency}`;
  }
}

/** `190 kB`, `2.4 MB` */
export function bytes(size: number): string {
  const unit = w().app.byte;
  if (size < 1000) return `${size} ${unit}`;
  if (size < 1_000_000) return `${number(size / 1000)} k${unit}`;
  return `${number(size / 1_000_000, 1)} M${unit}`;
}
