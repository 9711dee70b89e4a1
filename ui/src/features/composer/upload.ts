// A file on its way into the draft, piece by piece, so that no message between screen and desk is large.

import { call } from '../../ipc/call';
import type { DraftFile } from '../../ipc/types';
import { PIECE_BYTES } from './limits';

/** Reads and hands over the pieces in order. `progress` hears how much is done, 0 to 1. */
export async function upload(
  conversation: string,
  name: string,
  file: Blob,
  id: string,
  progress: (done: number) => void,
): Promise<DraftFile> {
  for (let from = 0; from < file.size; from += PIECE_BYTES) {
    const piece = file.slice(from, from + PIECE_BYTES);
    const last = from + PIECE_BYTES >= file.size;
    const whole = await call('draft.file', { id: conversation, upload: id, name, bytes: await base64(piece), last });
    progress(Math.min(1, (from + piece.size) / file.size));
    if (last && whole) return whole;
  }
  throw new Error('a file without a last piece');
}

/** The engine's own reader does this without blocking; only the part after the comma is wanted. */
function base64(piece: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const text = String(reader.result);
      resolve(text.slice(text.indexOf(',') + 1));
    };
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(piece);
  });
}
