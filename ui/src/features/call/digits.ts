// The keys of a telephone, and which key of a keyboard means which.

export const PAD = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;

/** What stands under a digit, as on every telephone. */
export const LETTERS: Readonly<Record<string, string>> = {
  '2': 'ABC', '3': 'DEF', '4': 'GHI', '5': 'JKL', '6': 'MNO', '7': 'PQRS', '8': 'TUV', '9': 'WXYZ', '0': '+',
};

/** The digit that a key means; nothing when it means none. A French keyboard has its digits under Shift. */
export function digitOf(event: { key: string; code: string; shiftKey: boolean; ctrlKey: boolean; altKey: boolean; metaKey: boolean }): string | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  if (/^[0-9*#]$/.test(event.key)) return event.key;
  const place = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  return place && !event.shiftKey ? (place[1] as string) : null;
}
