// Text that came from a customer, cut so that nothing in it can hide or turn the words around it. The desk does this
// for the lines of a conversation; names, subjects and file names arrive as they are and are cut here.

export interface Piece {
  text: string;
  /** Its code, when this is a character that would not be seen. */
  code?: string;
}

// Controls, directional marks and overrides, invisible operators, the byte order mark, tags. Not the joiners that
// emoji and some scripts are written with.
const HIDDEN =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u;
const EACH = new RegExp(HIDDEN.source, 'gu');

export function hides(text: string): boolean {
  return HIDDEN.test(text);
}

export function pieces(text: string): Piece[] {
  if (!hides(text)) return [{ text }];
  const out: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(EACH)) {
    if (match.index > from) out.push({ text: text.slice(from, match.index) });
    out.push({ text: match[0], code: codeOf(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) out.push({ text: text.slice(from) });
  return out;
}

export function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** For places that can hold only plain text (names for screen readers, tooltips): hidden characters become their code. */
export function flat(text: string): string {
  return pieces(text).map((piece) => (piece.code ? `[${piece.code}]` : piece.text)).join('');
}

/** The same inside a sentence: whichever way it is written, it leaves the words around it as they are. */
export function isolated(text: string): string {
  const safe = flat(text);
  return safe === '' ? '' : `\u2068${safe}\u2069`;
}

/** Two letters for a picture of somebody. */
export function initials(name: string): string {
  const words = name.split(/[\s\-_.·]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = letter(words[0]);
  const last = words.length > 1 ? letter(words.at(-1)) : '';
  return (first + last).toLocaleUpperCase();
}

function letter(word: string | undefined): string {
  return /[\p{L}\p{N}]/u.exec(word ?? '')?.[0] ?? '';
}

/** The first name, for sentences that speak of somebody. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/u)[0] ?? '';
}
