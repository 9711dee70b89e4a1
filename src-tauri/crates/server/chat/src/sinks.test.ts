import { expect, it } from 'vitest';

declare global {
  interface ImportMeta {
    glob(pattern: string, options: { query: string; import: string; eager: true }): Record<string, string>;
  }
}

const SINKS =
  /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|setHTML|DOMParser|srcdoc|\beval\b|new Function|\.on\w+ ?= ?['"`]/u;

it('no text of a person can become markup: there is no sink for it', () => {
  const sources = import.meta.glob('./**/*.ts', { query: '?raw', import: 'default', eager: true });
  const own = Object.entries(sources).filter(([path]) => !path.endsWith('.test.ts'));
  expect(own.length).toBeGreaterThan(30);
  expect(own.filter(([, text]) => SINKS.test(text)).map(([path]) => path)).toEqual([]);
});
