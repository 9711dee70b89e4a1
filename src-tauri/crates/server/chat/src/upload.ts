/**
 * Brings one file to the service, in parts, so that a line that breaks costs one part and not the file. The service
 * says where it stands: an answer of 409 tells how much it has, and the upload goes on from there.
 */
import { type Random, backedOff } from './pace';
import type { Attachment, BlobStored, Rejection } from './types';

/** Bytes of one part. */
export const PART = 1024 * 1024;

export interface UploadTools {
  /** Sends one part; throws when no answer came. */
  put(offset: number, part: Blob, signal: AbortSignal): Promise<{ status: number; afterMs: number | null; body: unknown }>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random: Random;
}

export type UploadEnd = { attachment: Attachment } | { code: Rejection };

/** Goes on until the service has it, refuses it for good, or `signal` stops it (then it throws). */
export async function upload(
  file: Blob,
  tools: UploadTools,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<UploadEnd> {
  let offset = 0;
  let tries = 0;
  for (;;) {
    signal.throwIfAborted();
    progress(file.size === 0 ? 0 : offset / file.size);
    let status = 0;
    let afterMs: number | null = null;
    let body: unknown = null;
    try {
      ({ status, afterMs, body } = await tools.put(offset, file.slice(offset, offset + PART), signal));
    } catch {
      signal.throwIfAborted();
    }
    if (status === 200 || status === 201 || status === 202) {
      const stored = storedOf(body);
      if (stored?.attachment != null) return { attachment: stored.attachment };
      if (stored !== null && stored.received > offset) {
        offset = Math.min(stored.received, file.size);
        tries = 0;
        continue;
      }
    } else if (status === 409) {
      const received = storedOf(body)?.received;
      // The same place again would go round for ever: that counts as a failure below.
      if (received !== undefined && received !== offset && received <= file.size) {
        offset = received;
        tries = 0;
        continue;
      }
      offset = 0;
    } else if (status === 413) {
      return { code: 'too_large' };
    } else if (status === 403) {
      return { code: 'forbidden' };
    } else if (status === 400 || status === 415 || status === 422) {
      return { code: 'invalid' };
    }
    tries += 1;
    await tools.sleep(Math.max(afterMs ?? 0, backedOff(tools.random, tries - 1)), signal);
  }
}

function storedOf(body: unknown): BlobStored | null {
  if (typeof body !== 'object' || body === null || !('received' in body)) return null;
  const { received } = body;
  if (typeof received !== 'number') return null;
  const attachment = 'attachment' in body ? (body.attachment as Attachment | null) : null;
  return { received, attachment };
}
