// What can be done now. Each screen says which actions it can carry out while it stands; keys, the palette and menus
// find them here by name, so that none of them knows a screen.

import { createContext } from 'svelte';
import type { ActionId } from '../words/words.svelte';

export interface Doing {
  run: () => void;
  /** Whether it would do something now. Left out: always. */
  can?: () => boolean;
  /** With what it would do it now, when its title leaves that open: the name of the third outcome. */
  about?: () => string;
}

export type Doings = Partial<Record<ActionId, Doing | (() => void)>>;

export class Actions {
  #doings = new Map<ActionId, Doing[]>();

  /**
   * `keysOf` answers with the keys that an action has now; it may be reactive. `here` says whether its place is in
   * front: a page that lies behind another one keeps what it can do, but nobody means it now.
   */
  constructor(
    readonly keysOf: (id: ActionId) => string = () => '',
    private readonly here: (id: ActionId) => boolean = () => true,
  ) {}

  /** Adds what a screen can do; the answer takes it back. The newest screen answers first. */
  add(doings: Doings): () => void {
    const added: [ActionId, Doing][] = [];
    for (const [id, doing] of Object.entries(doings) as [ActionId, Doing | (() => void)][]) {
      const whole = typeof doing === 'function' ? { run: doing } : doing;
      added.push([id, whole]);
      this.#doings.set(id, [whole, ...(this.#doings.get(id) ?? [])]);
    }
    return () => {
      for (const [id, doing] of added) {
        const rest = (this.#doings.get(id) ?? []).filter((one) => one !== doing);
        if (rest.length > 0) this.#doings.set(id, rest);
        else this.#doings.delete(id);
      }
    };
  }

  can(id: ActionId): boolean {
    return this.#find(id) !== undefined;
  }

  about(id: ActionId): string {
    return this.#find(id)?.about?.() ?? '';
  }

  /** Does it; false when nobody can now. */
  run(id: ActionId): boolean {
    const doing = this.#find(id);
    doing?.run();
    return doing !== undefined;
  }

  #find(id: ActionId): Doing | undefined {
    if (!this.here(id)) return undefined;
    return this.#doings.get(id)?.find((doing) => doing.can?.() ?? true);
  }
}

export const [getActions, setActions] = createContext<Actions>();
