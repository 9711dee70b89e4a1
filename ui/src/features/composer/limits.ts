// What fits. The service enforces the same figures; here they are said before anything is lost.

export const TEXT_CHARS = 32_000;
export const FILE_BYTES = 25 * 1024 * 1024;
export const FILES = 10;
/** Bytes of one piece: in base64 it stays below 190 kB, and a multiple of three needs no padding inside. */
export const PIECE_BYTES = 141_000;

/** How many characters a text has, as the service counts them. */
export function characters(text: string): number {
  // Halves of surrogate pairs only make it longer: a text that is short enough by halves needs no exact count.
  if (text.length <= TEXT_CHARS) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
