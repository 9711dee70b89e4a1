/**
 * One alarm at a time. Browsers slow the timers of hidden pages down to one a minute, which is longer than a line may
 * be silent; a worker's timers go on. Where there is no worker, the page's own timer has to do.
 */
export class Alarm {
  readonly #ring: () => void;
  #worker: Worker | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #set = 0;

  constructor(ring: () => void) {
    this.#ring = ring;
    this.#worker = worker();
    if (this.#worker === null) return;
    this.#worker.onmessage = (event: MessageEvent<unknown>) => {
      if (event.data === this.#set) this.#ring();
    };
    this.#worker.onerror = () => {
      this.#worker = null;
      this.#ring();
    };
  }

  /** Rings after `ms`; an earlier setting is forgotten. */
  set(ms: number): void {
    this.#set += 1;
    const wait = Math.min(Math.max(0, ms), 2 ** 31 - 1);
    if (this.#worker !== null) this.#worker.postMessage([this.#set, wait]);
    else {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#ring, wait);
    }
  }

  stop(): void {
    this.#worker?.terminate();
    clearTimeout(this.#timer);
  }
}

function worker(): Worker | null {
  try {
    return new Worker(new URL('./alarm.worker.ts', import.meta.url), { type: 'module' });
  } catch {
    return null;
  }
}
