/** The round button at the corner. */
import type { EmbedWords } from './setting';
import { calm, style } from './style';

const SVG = 'http://www.w3.org/2000/svg';
const SPEECH = 'M5 17.5 4 21l4-1.6A8.5 8.5 0 1 0 5 17.5z';
const CROSS = 'M7 7l10 10M17 7 7 17';

export class Launcher {
  readonly element = document.createElement('button');
  readonly #words: EmbedWords;
  readonly #path = document.createElementNS(SVG, 'path');
  readonly #badge = document.createElement('span');
  #opened = false;
  #unread = 0;

  constructor(words: EmbedWords, press: () => void) {
    this.#words = words;
    const { element } = this;
    element.type = 'button';
    element.addEventListener('click', press);
    style(element, {
      all: 'initial',
      position: 'fixed',
      right: 'max(20px, env(safe-area-inset-right))',
      bottom: 'max(20px, env(safe-area-inset-bottom))',
      width: '56px',
      height: '56px',
      'box-sizing': 'border-box',
      'border-radius': '28px',
      background: '#2b59d9',
      color: '#ffffff',
      cursor: 'pointer',
      display: 'flex',
      'align-items': 'center',
      'justify-content': 'center',
      'box-shadow': '0 6px 20px rgba(20, 30, 60, 0.28), 0 1px 3px rgba(20, 30, 60, 0.2)',
      'z-index': '2147483001',
      '-webkit-tap-highlight-color': 'transparent',
      transition: calm() ? 'none' : 'transform 120ms ease, background-color 120ms ease',
    });
    const svg = document.createElementNS(SVG, 'svg');
    for (const [name, value] of Object.entries({
      viewBox: '0 0 24 24',
      width: '26',
      height: '26',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': '2',
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
      'aria-hidden': 'true',
    })) {
      svg.setAttribute(name, value);
    }
    svg.append(this.#path);
    style(this.#badge, {
      position: 'absolute',
      top: '-4px',
      right: '-4px',
      'min-width': '22px',
      height: '22px',
      padding: '0 6px',
      'box-sizing': 'border-box',
      'border-radius': '11px',
      border: '2px solid #ffffff',
      background: '#b3261e',
      color: '#ffffff',
      font: '600 12px/18px Inter, system-ui, sans-serif',
      'text-align': 'center',
      display: 'none',
    });
    this.#badge.setAttribute('aria-hidden', 'true');
    element.append(svg, this.#badge);
    this.#watchPointerAndFocus();
    this.#paint();
  }

  opened(opened: boolean): void {
    this.#opened = opened;
    this.#paint();
  }

  unread(count: number): void {
    this.#unread = count;
    this.#paint();
  }

  focus(): void {
    this.element.focus();
  }

  #paint(): void {
    const { close, open, unread } = this.#words;
    this.element.setAttribute('aria-expanded', String(this.#opened));
    this.element.setAttribute('aria-label', this.#opened ? close : this.#unread > 0 ? unread(this.#unread) : open);
    this.#path.setAttribute('d', this.#opened ? CROSS : SPEECH);
    this.#badge.textContent = this.#unread > 99 ? '99+' : String(this.#unread);
    style(this.#badge, { display: this.#unread > 0 ? 'block' : 'none' });
  }

  #watchPointerAndFocus(): void {
    const { element } = this;
    element.addEventListener('pointerenter', () => style(element, { background: '#234bbd' }));
    element.addEventListener('pointerleave', () => style(element, { background: '#2b59d9' }));
    element.addEventListener('focus', () => {
      if (element.matches(':focus-visible')) style(element, { outline: '3px solid #8fb0ff', 'outline-offset': '3px' });
    });
    element.addEventListener('blur', () => style(element, { outline: 'none' }));
  }
}
