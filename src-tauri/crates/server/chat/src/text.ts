/**
 * Words of people, cut into pieces that are safe to show as text nodes: plain text, links that may be followed, and
 * characters that would turn the line around and are shown instead of obeyed.
 */

export type Piece =
  | { is: 'text'; text: string }
  | { is: 'link'; text: string; href: string }
  /** A character that steers the direction of text, or does not print. */
  | { is: 'mark'; text: string };

const MARKS = new RegExp(
  '[' +
    '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f' + // controls
    '\\u200e\\u200f\\u061c' + // direction marks
    '\\u202a-\\u202e\\u2066-\\u2069' + // embeddings, overrides, isolates
    '\\u2028\\u2029\\ufff9-\\ufffb' + // separators, annotations
    ']',
  'g',
);
const LINKS = /\b(?:https?:\/\/|mailto:)[^\s<>"'`\u00a0]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/giu;
const TRAILING = /[.,;:!?»”’…]+$/u;
const LONGEST_LINK = 2_048;

/** Cuts a text into pieces. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(LINKS)) {
    const found = trimmed(match[0]);
    const href = hrefOf(found);
    if (href === null) continue;
    pushText(text.slice(from, match.index), out);
    out.push({ is: 'link', text: shown(found, href), href });
    from = match.index + found.length;
  }
  pushText(text.slice(from), out);
  return out;
}

/** A single line, such as a name or a file name: marks made visible, no links. */
export function plain(text: string): string {
  return text.replace(MARKS, code).replace(/\s+/gu, ' ').trim();
}

/** A file name as stem and extension, so that a long stem can be cut without hiding what the file is. */
export function fileName(name: string): { stem: string; extension: string } {
  const clean = plain(name);
  const dot = clean.lastIndexOf('.');
  if (dot <= 0 || clean.length - dot > 12) return { stem: clean, extension: '' };
  return { stem: clean.slice(0, dot), extension: clean.slice(dot) };
}

/** The first letters of a name, for its round picture. */
export function initials(name: string): string {
  const words = name.replace(MARKS, '').split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => word !== '');
  const first = words[0] ?? '';
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  const letters = [first, last].map((word) => [...word][0] ?? '').join('');
  return letters.toLocaleUpperCase();
}

function code(mark: string): string {
  return `[U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
}

function pushText(text: string, out: Piece[]): void {
  let from = 0;
  for (const match of text.matchAll(MARKS)) {
    if (match.index > from) out.push({ is: 'text', text: text.slice(from, match.index) });
    out.push({ is: 'mark', text: code(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) out.push({ is: 'text', text: text.slice(from) });
}

/** The sentence's own punctuation does not belong to the address; a closing bracket only if it opened there. */
function trimmed(found: string): string {
  let link = found.replace(TRAILING, '');
  for (const [open, close] of [['(', ')'], ['[', ']']] as const) {
    while (link.endsWith(close) && link.split(open).length < link.split(close).length) {
      link = link.slice(0, -1).replace(TRAILING, '');
    }
  }
  return link;
}

/** The address to follow, only for schemes that can do no harm and without a user part that imitates a host. */
function hrefOf(found: string): string | null {
  if (found.length > LONGEST_LINK || new RegExp(MARKS.source).test(found)) return null;
  const written = /^(?:https?:|mailto:)/iu.test(found) ? found : `mailto:${found}`;
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    return null;
  }
  if (url.protocol === 'mailto:') return url.pathname.includes('@') ? url.href : null;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  return url.username === '' && url.password === '' && url.hostname !== '' ? url.href : null;
}

/** As written, unless letters of other scripts stand in the host: then the host as machines read it. */
function shown(found: string, href: string): string {
  if (/^[\u0000-\u007f]*$/u.test(found)) return found;
  const url = new URL(href);
  if (url.protocol === 'mailto:') return href;
  return found.toLowerCase().includes(url.host.toLowerCase()) ? found : href;
}
