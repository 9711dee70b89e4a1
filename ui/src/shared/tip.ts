// One tooltip for the whole window. It comes after a moment under the pointer, at once when the keyboard brings the
// focus, and goes with Escape, as WCAG 1.4.13 asks. The document listens once for all of them: hundreds of places have
// something to say, and they come and go with every conversation.

import { place } from './place';

const texts = new WeakMap<Element, () => string>();
let bubble: HTMLElement | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let owner: Element | undefined;
let listening = false;

const SLOW = 450;

function ensure(): HTMLElement {
  if (!bubble) {
    bubble = document.createElement('div');
    bubble.className = 'tip';
    bubble.setAttribute('role', 'tooltip');
    bubble.setAttribute('popover', 'manual');
  }
  return bubble;
}

function show(anchor: Element): void {
  const text = texts.get(anchor)?.() ?? '';
  if (!anchor.isConnected || text === '') return;
  const panel = ensure();
  panel.textContent = text;
  // A modal dialog makes everything outside of it inert and lies above: the bubble goes where its owner is.
  (anchor.closest('dialog') ?? document.body).append(panel);
  panel.showPopover();
  const at = place({
    anchor: anchor.getBoundingClientRect(),
    width: panel.offsetWidth,
    height: panel.offsetHeight,
    window: { width: innerWidth, height: innerHeight },
  });
  panel.style.left = `${at.left}px`;
  panel.style.top = `${at.top}px`;
}

function hide(): void {
  clearTimeout(timer);
  owner = undefined;
  if (bubble?.isConnected) {
    if (bubble.matches(':popover-open')) bubble.hidePopover();
    bubble.remove();
  }
}

function ownerOf(target: EventTarget | null): Element | undefined {
  let at = target instanceof Element ? target : null;
  while (at && !texts.has(at)) at = at.parentElement;
  return at ?? undefined;
}

function listen(): void {
  listening = true;
  document.addEventListener('pointerover', (event) => {
    const next = ownerOf(event.target);
    if (next === owner) return;
    hide();
    owner = next;
    if (next) timer = setTimeout(() => show(next), SLOW);
  });
  document.addEventListener('focusin', (event) => {
    const next = ownerOf(event.target);
    if (next !== event.target || !(next instanceof HTMLElement) || !next.matches(':focus-visible')) return;
    hide();
    owner = next;
    show(next);
  });
  document.addEventListener('focusout', hide);
  document.addEventListener('pointerdown', hide);
  document.addEventListener('scroll', hide, true);
  document.addEventListener('keydown', (event) => event.key === 'Escape' && hide(), true);
}

/**
 * `{@attach tip(() => 'what it says')}`. With `describe` readers hear it too: for what stands there only because it
 * has something to explain.
 */
export function tip(text: () => string, describe = false): (node: HTMLElement) => () => void {
  return (node) => {
    if (!listening) listen();
    texts.set(node, text);
    if (describe) node.setAttribute('aria-description', text());
    return () => {
      texts.delete(node);
      if (describe) node.removeAttribute('aria-description');
      if (owner === node) hide();
    };
  };
}
