// What jsdom lacks and the screens use: the top layer, sizes, observers. Nothing here measures; the real window does.

import { afterEach, beforeEach, vi } from 'vitest';
import { NOW } from './with-standin';

class NoObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

Object.assign(globalThis, { ResizeObserver: NoObserver, IntersectionObserver: NoObserver });

HTMLElement.prototype.showPopover ??= function (this: HTMLElement) {
  this.dataset['popoverOpen'] = '';
};
HTMLElement.prototype.hidePopover ??= function (this: HTMLElement) {
  delete this.dataset['popoverOpen'];
};
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.setAttribute('open', '');
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.removeAttribute('open');
};
// Everything is as large as one line, and in sight are ten of them: a long list shows some rows, not all or none.
Element.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 300, 60);
Object.defineProperty(Element.prototype, 'clientHeight', { get: () => 600 });
Element.prototype.scrollIntoView ??= function () {};
Element.prototype.scrollBy ??= function () {};
Element.prototype.setPointerCapture ??= function () {};

const matches = Element.prototype.matches;
Element.prototype.matches = function (this: Element, selector: string): boolean {
  if (selector === ':popover-open') return this instanceof HTMLElement && 'popoverOpen' in this.dataset;
  return matches.call(this, selector);
};

globalThis.matchMedia ??= ((query: string) => ({
  matches: false, media: query, onchange: null, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {}, dispatchEvent: () => false,
})) as typeof matchMedia;

// What is due today, and in which order it stands, must not depend on the hour at which the tests are run.
beforeEach(() => {
  vi.setSystemTime(NOW);
});

afterEach(() => {
  vi.useRealTimers();
  delete (window as { __TAURI_INTERNALS__?: unknown }).__TAURI_INTERNALS__;
});
