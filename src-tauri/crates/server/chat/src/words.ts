/** Every word that a customer reads. A page loads only the language that it speaks. */

export type Language = 'en' | 'fr';

export interface ScoreWords {
  /** The question itself. */
  question: string;
  /** What the lowest and highest answer mean. */
  lowest: string;
  highest: string;
  /** One word for each answer, lowest first; empty where the number says it. */
  answers: readonly string[];
}

export interface Words {
  title: string;
  close: string;
  /** Under the name of the workspace. */
  here: string;
  away: string;
  connecting: string;
  waiting: string;
  withYou: (advisor: string) => string;
  left: string;
  ended: string;
  hello: string;
  helloAgain: (name: string) => string;
  welcome: string;
  awayTitle: string;
  awayText: string;
  name: string;
  nameHint: string;
  email: string;
  emailHint: string;
  emailWrong: string;
  optional: string;
  message: string;
  writeFirst: string;
  writeNext: string;
  writeAway: string;
  writeAgain: string;
  send: string;
  sendHint: string;
  attach: string;
  dropHere: string;
  remove: (name: string) => string;
  uploading: (percent: number) => string;
  tooBig: (name: string) => string;
  emptyFile: (name: string) => string;
  tooMany: string;
  unreadable: (name: string) => string;
  tooLong: (over: number) => string;
  charactersLeft: (left: number) => string;
  log: string;
  you: string;
  assistant: string;
  team: string;
  next: string;
  before: (count: number) => string;
  queueHint: string;
  joined: (advisor: string) => string;
  typing: (advisor: string) => string;
  sending: string;
  waitingForLine: string;
  sent: string;
  seen: string;
  notSent: string;
  refused: Record<'too_large' | 'blob_missing' | 'forbidden' | 'other', string>;
  tryAgain: string;
  tryNow: string;
  discard: string;
  showAll: string;
  newLines: string;
  today: string;
  yesterday: string;
  picture: (name: string) => string;
  download: string;
  downloadFailed: string;
  closePicture: string;
  reconnecting: string;
  offline: string;
  struggling: string;
  blocked: string;
  unknown: string;
  leftTitle: string;
  leftText: string;
  endedTitle: string;
  endedText: string;
  transcript: string;
  end: string;
  endTitle: string;
  endText: string;
  endYes: string;
  endNo: string;
  scores: Record<'csat' | 'ces' | 'nps', ScoreWords>;
  comment: string;
  commentHint: string;
  sendScore: string;
  pickFirst: string;
  thanks: string;
  thanksText: string;
}

export async function wordsOf(language: Language): Promise<Words> {
  return language === 'fr' ? (await import('./words/fr')).fr : (await import('./words/en')).en;
}

/** The first of the wished languages that the page speaks; English otherwise. */
export function languageOf(wished: readonly (string | null | undefined)[]): Language {
  for (const wish of wished) {
    const short = wish?.slice(0, 2).toLowerCase();
    if (short === 'en' || short === 'fr') return short;
  }
  return 'en';
}
