// What the bar of a call asks of the window behind it.

import { invoke } from '@tauri-apps/api/core';

/** Brings the desk to the front. */
export async function showDesk(): Promise<void> {
  await invoke('show').catch(() => undefined);
}
