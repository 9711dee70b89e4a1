import { createContext } from 'svelte';
import type { Desk } from './desk.svelte';

/** The desk, for every screen under the shell. */
export const [getDesk, setDesk] = createContext<Desk>();
