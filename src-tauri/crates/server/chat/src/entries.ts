/** What stands in the log, in order: told lines, then what is still on its way, with days and groups. */
import type { Row, RowFile } from './outbox';
import type { ThreadLine } from './thread';
import type { Attachment, ChatState, Rejection } from './types';

/** `waiting`: kept here, because there is no line. */
export type LineStatus = 'waiting' | 'sending' | 'sent' | 'seen' | 'refused';

export interface EntryFile {
  readonly sha256: string;
  readonly name: string;
  readonly size: number;
  /** Nothing while the service does not have it. */
  readonly attachment: Attachment | null;
}

export interface LineEntry {
  readonly is: 'line';
  readonly key: string;
  readonly mine: boolean;
  /** The advisor's name; nothing for the customer and the assistant. */
  readonly author: string | null;
  readonly text: string;
  readonly files: readonly EntryFile[];
  readonly at: number;
  readonly status: LineStatus | null;
  readonly code: Rejection | null;
  /** First and last of the lines that one person wrote in a row. */
  readonly first: boolean;
  readonly last: boolean;
}

export interface DayEntry {
  readonly is: 'day';
  readonly key: string;
  readonly at: number;
}

export type Entry = LineEntry | DayEntry;

const GROUP = 5 * 60_000;

export function entriesOf(
  lines: readonly ThreadLine[],
  era: number,
  state: ChatState | null,
  rows: readonly Row[],
  hasLine: (id: string) => boolean,
  lineDown: boolean,
): Entry[] {
  const seen = state?.seen_by_advisor ?? 0;
  const flat: LineEntry[] = lines.map(({ line, era: of }) => {
    const mine = line.from.from === 'me';
    const status = mine ? (of < era || line.n <= seen ? 'seen' : 'sent') : null;
    return {
      is: 'line',
      key: line.id,
      mine,
      author: line.from.from === 'advisor' ? line.from.name : null,
      text: line.text,
      files: line.attachments.map((file) => ({ ...file, attachment: file })),
      at: line.at,
      status,
      code: null,
      first: true,
      last: true,
    };
  });
  for (const row of rows) {
    if (row.want.kind !== 'say' || hasLine(row.id)) continue;
    flat.push({
      is: 'line',
      key: row.id,
      mine: true,
      author: null,
      text: row.want.text,
      files: row.want.files.map((file: RowFile) => file),
      at: row.at,
      status: statusOf(row, lineDown),
      code: row.code,
      first: true,
      last: true,
    });
  }
  return withDaysAndGroups(flat);
}

function statusOf(row: Row, lineDown: boolean): LineStatus {
  if (row.state === 'refused') return 'refused';
  if (row.state === 'done') return 'sent';
  return lineDown ? 'waiting' : 'sending';
}

function withDaysAndGroups(lines: readonly LineEntry[]): Entry[] {
  const out: Entry[] = [];
  lines.forEach((line, place) => {
    const before = lines[place - 1];
    const after = lines[place + 1];
    if (before === undefined || dayOf(before.at) !== dayOf(line.at)) {
      out.push({ is: 'day', key: `day ${dayOf(line.at)} ${line.key}`, at: line.at });
    }
    out.push({ ...line, first: !together(before, line), last: !together(line, after) });
  });
  return out;
}

function together(one: LineEntry | undefined, next: LineEntry | undefined): boolean {
  return (
    one !== undefined &&
    next !== undefined &&
    one.mine === next.mine &&
    one.author === next.author &&
    Math.abs(next.at - one.at) < GROUP &&
    dayOf(one.at) === dayOf(next.at)
  );
}

function dayOf(at: number): string {
  const day = new Date(at);
  return `${day.getFullYear()}-${day.getMonth()}-${day.getDate()}`;
}
