// How one line stands to the ones beside it: whether a day begins, whether it goes on with what the same person said,
// and where the unread divider is.

import type { TimelineItem } from '../../ipc/types';
import { dayOf } from '../../shared/time';

const TOGETHER = 5 * 60_000;

export interface Standing {
  newDay: boolean;
  /** The first of what one person said in one go. */
  first: boolean;
  /** The last of it: the time stands here. */
  last: boolean;
  divider: boolean;
}

export function standing(
  item: TimelineItem,
  before: TimelineItem | undefined,
  after: TimelineItem | undefined,
  dividerAfter: number | null,
): Standing {
  const newDay = before === undefined || dayOf(before.at) !== dayOf(item.at);
  const divider =
    dividerAfter !== null && item.n !== null && item.n > dividerAfter && (before === undefined || (before.n !== null && before.n <= dividerAfter));
  return {
    newDay,
    divider,
    first: newDay || divider || !together(before, item),
    last: after === undefined || dayOf(after.at) !== dayOf(item.at) || !together(item, after),
  };
}

function together(a: TimelineItem | undefined, b: TimelineItem): boolean {
  return (
    a !== undefined &&
    a.kind !== 'activity' && b.kind !== 'activity' &&
    a.kind === b.kind && a.side === b.side && a.name === b.name &&
    b.at - a.at < TOGETHER &&
    !stands(a) && !stands(b)
  );
}

/** Lines that need the reader's eye stand for themselves. */
function stands(item: TimelineItem): boolean {
  const state = item.delivery?.state;
  return state === 'not_sent' || state === 'undo';
}
