// What the words before the caret ask for: a macro after `/`, a colleague after `@`.

export interface Asked {
  kind: 'macro' | 'mention';
  /** What was typed after the sign. */
  text: string;
  /** Where the sign stands. */
  from: number;
}

const MACRO = /(?:^|\s)\/([\p{L}\p{N}-]{0,40})$/u;
const MENTION = /(?:^|\s)@([\p{L}\p{N}.'’-]*(?: [\p{L}\p{N}.'’-]*)?)$/u;

export function askedFor(before: string, mode: 'reply' | 'note'): Asked | null {
  const found = (mode === 'reply' ? MACRO : MENTION).exec(before);
  if (!found) return null;
  const text = found[1] ?? '';
  return { kind: mode === 'reply' ? 'macro' : 'mention', text, from: before.length - text.length - 1 };
}

/** The rest of a suggestion that begins with what is typed. */
export function ghostOf(typed: string, suggestions: readonly { text: string }[]): string {
  if (typed.trim().length < 2) return '';
  const start = typed.toLocaleLowerCase();
  for (const { text } of suggestions) {
    if (text.length > typed.length && text.slice(0, typed.length).toLocaleLowerCase() === start) return text.slice(typed.length);
  }
  return '';
}
