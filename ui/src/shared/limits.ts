// How long a text may be. The service enforces the same figure; here it is said before anything is lost.

export const TEXT_CHARS = 32_000;

/** How many characters a text has, as the service counts them. */
export function characters(text: string): number {
  // Halves of surrogate pairs only make it longer: a text that is short enough by halves needs no exact count.
  if (text.length <= TEXT_CHARS) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
