/** How long to wait before the next try. Randomness is an argument, so that a test can say how the dice fall. */

/** A number in `[0, 1)`. */
export type Random = () => number;

/** Both clocks: `wall` goes on while the machine sleeps, `mono` never jumps. Deadlines use `mono`. */
export interface Now {
  readonly wall: number;
  readonly mono: number;
}

/** Full jitter: anything from 0 to `min(cap, 2^attempt s)`, so that a thousand pages do not come back at once. */
export function jittered(random: Random, attempt: number, cap = 30_000): number {
  return random() * Math.min(cap, 1_000 * 2 ** Math.min(attempt, 16));
}

/** The same, but never shorter than half of it: for a request that was refused, not for a line that broke. */
export function backedOff(random: Random, attempt: number, cap = 30_000): number {
  const whole = Math.min(cap, 1_000 * 2 ** Math.min(attempt, 16));
  return whole / 2 + (random() * whole) / 2;
}

/** Where a part of the link puts what it asks for. */
export interface Out<Effect> {
  push(effect: Effect): unknown;
}
