// When the page can take more: what it has is painted, and nobody who types needs it for their keys.

/** After a key somebody counts as typing for so long, in ms. */
const TYPING = 150;
/** So long the page stays free for the keys of somebody who types, in ms. */
const REST = 90;
/** A hidden window makes no frames: after so long it has nothing to wait for, in ms. */
const NO_FRAME = 120;

export class Pace {
  #pressed = -Infinity;

  constructor() {
    addEventListener('keydown', (event) => (this.#pressed = event.timeStamp), { capture: true, passive: true });
  }

  /** Runs `then` once the page is free after what was just changed. */
  whenFree(then: () => void): void {
    const framed = () => {
      clearTimeout(late);
      cancelAnimationFrame(frame);
      // After a frame's own callbacks it is painted; a task of its own comes behind that.
      setTimeout(then, performance.now() - this.#pressed < TYPING ? REST : 0);
    };
    const frame = requestAnimationFrame(framed);
    const late = setTimeout(framed, NO_FRAME);
  }
}
