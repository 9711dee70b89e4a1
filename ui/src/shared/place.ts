// Where a panel stands beside what opened it: below or above, never outside the window.

export interface Placing {
  anchor: DOMRect;
  width: number;
  height: number;
  window: { width: number; height: number };
  side?: 'below' | 'above';
  align?: 'start' | 'end';
}

const GAP = 4;
const EDGE = 8;

export function place(p: Placing): { left: number; top: number; maxHeight: number } {
  const below = p.window.height - p.anchor.bottom - GAP - EDGE;
  const above = p.anchor.top - GAP - EDGE;
  const wantsAbove = p.side === 'above';
  const goesAbove = wantsAbove ? above >= p.height || above >= below : below < p.height && above > below;
  const room = goesAbove ? above : below;
  const height = Math.min(p.height, room);
  const start = p.align === 'end' ? p.anchor.right - p.width : p.anchor.left;
  return {
    left: Math.max(EDGE, Math.min(start, p.window.width - p.width - EDGE)),
    top: goesAbove ? p.anchor.top - GAP - height : p.anchor.bottom + GAP,
    maxHeight: room,
  };
}
