// The one clock of the screen. Everything that counts up or down reads it; nobody starts a timer of their own. It
// ticks once a second, on the second, so that all figures change together and the screen is painted once. It shows the
// service's time: all moments that come from the desk are the service's, and this computer's clock may be wrong.

class Clock {
  #now = $state(Date.now());
  #ahead = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get now(): number {
    return this.#now;
  }

  /** The exact time, for what is done and not shown. */
  exact(): number {
    return Date.now() + this.#ahead;
  }

  /** How far the service's clock is before this computer's, in ms. */
  setAhead(ahead: number): void {
    if (ahead === this.#ahead) return;
    this.#ahead = ahead;
    this.#now = this.exact();
  }

  start(): void {
    if (this.#timer !== undefined) return;
    // The time is never read back from the state: an effect that starts the clock would then follow it, and start it
    // again with each tick.
    const tick = () => {
      const now = this.exact();
      this.#now = now;
      this.#timer = setTimeout(tick, 1000 - (now % 1000));
    };
    tick();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

export const clock = new Clock();
