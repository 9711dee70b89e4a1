// The types of the table, under the names the stand-in uses.

import type { Calls } from '../src/ipc/types';

export type * from '../src/ipc/types';
export type CallName = keyof Calls;
export type CallInput<N extends CallName> = Calls[N]['input'];
