import { describe, expect, it } from 'vitest';
import type { Attachment } from './types';
import { PART, type UploadTools, upload } from './upload';

/** A service that keeps bytes as the contract says, and a line that breaks when told. */
function service(size: number, breaks: number[] = []): { tools: UploadTools; kept: () => number; puts: () => number } {
  let kept = 0;
  let puts = 0;
  const attachment: Attachment = { sha256: 'aa', name: 'x', mime: 'image/png', size, preview: null };
  return {
    kept: () => kept,
    puts: () => puts,
    tools: {
      random: () => 0.5,
      sleep: async () => undefined,
      put: async (offset, part) => {
        puts += 1;
        if (offset !== kept) return { status: 409, afterMs: null, body: { code: 'offset', message: '', received: kept } };
        if (breaks.includes(puts)) {
          kept += part.size >> 1;
          throw new TypeError('network');
        }
        kept += part.size;
        return { status: 200, afterMs: null, body: { received: kept, attachment: kept === size ? attachment : null } };
      },
    },
  };
}

const bytes = (size: number): Blob => new Blob([new Uint8Array(size)]);
const run = (size: number, tools: UploadTools, progress: number[] = []): ReturnType<typeof upload> =>
  upload(bytes(size), tools, (share) => progress.push(share), new AbortController().signal);

describe('a file', () => {
  it('goes in parts and tells how far it is', async () => {
    const size = 2 * PART + 5;
    const { tools, kept } = service(size);
    const progress: number[] = [];
    expect(await run(size, tools, progress)).toHaveProperty('attachment.size', size);
    expect(kept()).toBe(size);
    expect(progress).toHaveLength(3);
    expect(progress.every((share, place) => place === 0 || share > (progress[place - 1] ?? 0))).toBe(true);
  });

  it('goes on where it was cut off', async () => {
    const size = 3 * PART;
    const { tools, kept, puts } = service(size, [2, 3]);
    expect(await run(size, tools)).toHaveProperty('attachment');
    expect(kept()).toBe(size);
    expect(puts(), 'no part goes twice in vain').toBeLessThan(10);
  });

  it('that the service already has whole is found with nothing sent', async () => {
    const size = 10;
    const { tools } = service(size);
    await run(size, tools);
    expect(await run(size, tools)).toHaveProperty('attachment');
  });

  it.each([
    [413, 'too_large'],
    [403, 'forbidden'],
    [415, 'invalid'],
  ] as const)('that is refused with %i is not tried again', async (status, code) => {
    let puts = 0;
    const tools: UploadTools = {
      random: () => 0,
      sleep: async () => undefined,
      put: async () => {
        puts += 1;
        return { status, afterMs: null, body: null };
      },
    };
    expect(await run(5, tools)).toEqual({ code });
    expect(puts).toBe(1);
  });

  it('waits as long as the service asks', async () => {
    const slept: number[] = [];
    let busy = true;
    const { tools } = service(5);
    const put: UploadTools['put'] = async (...given) => {
      if (!busy) return tools.put(...given);
      busy = false;
      return { status: 429, afterMs: 7_000, body: null };
    };
    await run(5, { ...tools, put, sleep: async (ms) => void slept.push(ms) });
    expect(slept).toEqual([7_000]);
  });

  it('stops when told', async () => {
    const stop = new AbortController();
    const { tools } = service(5);
    const put: UploadTools['put'] = async () => {
      stop.abort();
      throw new TypeError('network');
    };
    await expect(upload(bytes(5), { ...tools, put }, () => undefined, stop.signal)).rejects.toThrow();
  });
});
