// What tests of the screens share: a stand-in where the window would be, and a desk that has started on it.

import { vi } from 'vitest';
import { Desk } from '../src/live/desk.svelte';
import { setLanguage } from '../src/words/words.svelte';
import type { Scene } from './demo/scenes';
import { StandIn } from './standin';
import type { CallInput, CallName } from './standin-types';

/** A Tuesday afternoon. */
export const NOW = new Date(2026, 10, 24, 14, 6, 40).getTime();

export interface Stage {
  standin: StandIn;
  desk: Desk;
}

/** Starts a desk on a stand-in. Times are the fake timers' when a test uses them. */
export async function stage(scene: Scene = 'day', open?: string): Promise<Stage> {
  const standin = new StandIn(scene);
  if (open) standin.startWith(open);
  standin.install();
  await setLanguage('en');
  const desk = new Desk();
  await desk.start();
  return { standin, desk };
}

/** The last input of a call of that name; undefined when there was none. */
export function lastCall<N extends CallName>(standin: StandIn, name: N): CallInput<N> | undefined {
  return standin.calls.findLast((call) => call.name === name)?.input as CallInput<N> | undefined;
}

export function countCalls(standin: StandIn, name: CallName): number {
  return standin.calls.filter((call) => call.name === name).length;
}

/** Fake timers, beginning on that Tuesday. */
export function fakeTime(): void {
  vi.useFakeTimers({ now: NOW, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance', 'requestAnimationFrame', 'cancelAnimationFrame'] });
}

/** Lets what was promised happen, and timers up to `ms`. */
export async function pass(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}
