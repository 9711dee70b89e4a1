// How wide the panes are, and whether there is room for all of them.

import type { Desk } from '../live/desk.svelte';
import { untrack } from 'svelte';

const NARROW = '(max-width: 1099px)';

export class Panes {
  left = $state(300);
  right = $state(360);
  narrow = $state(false);
  /** In a narrow window the customer opens over the lines. */
  customerShown = $state(false);

  constructor(private readonly desk: Desk) {
    this.left = untrack(() => desk.settings.left_width);
    this.right = untrack(() => desk.settings.right_width);
  }

  watch(): () => void {
    const query = matchMedia(NARROW);
    const change = () => {
      this.narrow = query.matches;
      if (!query.matches) this.customerShown = false;
    };
    change();
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }

  toggleCustomer(): void {
    this.customerShown = !this.customerShown;
  }

  keep(): void {
    if (this.left === this.desk.settings.left_width && this.right === this.desk.settings.right_width) return;
    void this.desk.change({ left_width: this.left, right_width: this.right });
  }
}
