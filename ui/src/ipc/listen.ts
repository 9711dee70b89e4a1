// What the desk says without being asked: batches of state, already coalesced to a frame.

import { Channel, invoke } from '@tauri-apps/api/core';
import type { Push } from './types';

/** Hands every batch to `take`, from now until the window closes. */
export async function listen(take: (batch: Push[]) => void): Promise<void> {
  const channel = new Channel<Push[]>();
  channel.onmessage = take;
  await invoke('listen', { channel });
}
