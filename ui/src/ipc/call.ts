// One way to ask the desk for something. The names, inputs and outputs are the generated table, so that a misspelt
// name or a wrong field does not compile.

import { invoke } from '@tauri-apps/api/core';
import { asFailure } from './failure';
import type { Calls, Nothing } from './types';

export type CallName = keyof Calls;
export type Input<N extends CallName> = Calls[N]['input'];
export type Output<N extends CallName> = Calls[N]['output'];

/** Does the call of that name. Rejects with a `Failure`, and with nothing else. */
export async function call<N extends CallName>(
  name: N,
  ...input: Nothing extends Input<N> ? [] : [input: Input<N>]
): Promise<Output<N>> {
  try {
    return await invoke<Output<N>>('call', { name, input: input[0] ?? {} });
  } catch (thrown) {
    throw asFailure(thrown);
  }
}
