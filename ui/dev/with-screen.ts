// The whole window over a stand-in, for tests of what keys and fields do. jsdom lays nothing out: what is seen is what
// is in the page, what has the focus, and what was asked of the desk.

import { render } from '@testing-library/svelte';
import { vi } from 'vitest';
import App from '../src/shell/App.svelte';
import { flat } from '../src/shared/plain';
import type { Scene } from './demo/scenes';
import { stage, type Stage } from './with-standin';

/** Opens the window on a stand-in and waits until the desk is there. */
export async function show(scene: Scene = 'day', open?: string): Promise<Stage> {
  const at = await stage(scene, open);
  render(App, { desk: at.desk });
  await until(() => composer() !== null || at.desk.open === null);
  return at;
}

/** Waits until it is so; says what was missing when it never is. */
export function until<T>(so: () => T): Promise<Exclude<T, false | null | undefined>> {
  return vi.waitFor(() => {
    const answer = so();
    if (answer === false || answer === null || answer === undefined) throw new Error(`never: ${so.toString()}`);
    return answer as Exclude<T, false | null | undefined>;
  }, { timeout: 3_000, interval: 5 });
}

export function composer(): HTMLTextAreaElement | null {
  return document.querySelector('[data-composer]');
}

/** An open dialog with that title. */
export function dialog(title: string): Element | null {
  return [...document.querySelectorAll('dialog[open]')].find((one) => one.querySelector('h2')?.textContent === title) ?? null;
}

/** The first button that says so. */
export function button(words: string, within: Element | null = document.body): HTMLElement {
  return [...(within?.querySelectorAll<HTMLElement>('button') ?? [])].find((one) => text(one).includes(words)) as HTMLElement;
}

/** A menu, list or panel of that name that lies over the page. */
export function panel(name: string): Element | null {
  const over = [...document.querySelectorAll('[popover]')];
  return over.find((one) => [one, ...one.querySelectorAll('[role]')].some((part) => part.getAttribute('aria-label') === name)) ?? null;
}

/** The text of the page as a person reads it. */
export function text(of: Element | null = document.body): string {
  return flat(of?.textContent ?? '').replace(/\s+/gu, ' ');
}
