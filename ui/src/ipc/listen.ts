// What the desk says without being asked: batches of state, one at a time. The desk sends the next one when the page says
// that it has painted the last one, so that nothing piles up in front of the reader's keys.

import { Channel, invoke } from '@tauri-apps/api/core';
import { Pace } from './pace';
import type { Push } from './types';

/** Hands every batch to `take`, from now until the window closes. */
export async function listen(take: (batch: Push[]) => void): Promise<void> {
  const pace = new Pace();
  const channel = new Channel<Push[]>();
  channel.onmessage = (batch) => {
    // Also after a fault in what was taken: a window must never wait for ever.
    pace.whenFree(() => void invoke('painted').catch(() => undefined));
    take(batch);
  };
  await invoke('listen', { channel });
}
