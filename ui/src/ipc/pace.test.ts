import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pace } from './pace';

let pace: Pace;
const then = vi.fn();

/** A key as the engine tells of it: with the moment at which it was pressed. */
function press(): void {
  const event = new KeyboardEvent('keydown', { key: 'a' });
  Object.defineProperty(event, 'timeStamp', { value: performance.now() });
  dispatchEvent(event);
}

beforeEach(() => {
  vi.useFakeTimers();
  then.mockClear();
  pace = new Pace();
});
afterEach(() => {
  vi.useRealTimers();
});

it('is free once the next frame is over', () => {
  pace.whenFree(then);
  expect(then).not.toHaveBeenCalled();
  vi.advanceTimersByTime(20);
  expect(then).toHaveBeenCalledOnce();
});

it('stays free for the next key of somebody who types', () => {
  press();
  pace.whenFree(then);
  vi.advanceTimersByTime(80);
  expect(then).not.toHaveBeenCalled();
  vi.advanceTimersByTime(40);
  expect(then).toHaveBeenCalledOnce();
});

it('does not wait for somebody who has stopped typing', () => {
  press();
  vi.advanceTimersByTime(200);
  pace.whenFree(then);
  vi.advanceTimersByTime(20);
  expect(then).toHaveBeenCalledOnce();
});

it('does not wait for frames that a hidden window never makes', () => {
  vi.stubGlobal('requestAnimationFrame', () => 0);
  pace.whenFree(then);
  vi.advanceTimersByTime(130);
  expect(then).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});
