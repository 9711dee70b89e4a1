// What goes wrong crosses as a `Failure`. Anything else that is thrown here (a lost bridge, a bug) becomes a `fault`,
// so that the screens have one kind of error to speak about.

import type { Failure } from './types';

export function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'retry' in thrown;
}

export function asFailure(thrown: unknown): Failure {
  if (isFailure(thrown)) return thrown;
  return { code: 'fault', detail: '', retry: false };
}
