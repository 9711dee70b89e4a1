/** The frame with the chat: made when it is first needed, hidden when closed so that it can still hear. */
import type { Setting } from './setting';
import { calm, style } from './style';

const NARROW = '(max-width: 480px), (max-height: 480px)';

export class Panel {
  readonly element = document.createElement('div');
  readonly #setting: Setting;
  readonly #narrow = matchMedia(NARROW);
  #frame: HTMLIFrameElement | null = null;
  shown = false;

  constructor(setting: Setting) {
    this.#setting = setting;
    style(this.element, { all: 'initial', position: 'fixed', display: 'none', overflow: 'hidden', 'z-index': '2147483002' });
    this.#narrow.addEventListener('change', () => this.#place());
    this.#place();
  }

  /** On a small screen the chat takes all of it. */
  get wholeScreen(): boolean {
    return this.#narrow.matches;
  }

  get window(): Window | null {
    return this.#frame?.contentWindow ?? null;
  }

  load(): void {
    if (this.#frame !== null) return;
    const frame = document.createElement('iframe');
    frame.src = this.#setting.address;
    frame.title = this.#setting.words.frame;
    frame.referrerPolicy = 'no-referrer';
    style(frame, { border: '0', width: '100%', height: '100%', display: 'block', 'color-scheme': 'normal' });
    this.#frame = frame;
    this.element.append(frame);
  }

  show(): void {
    this.load();
    if (this.shown) return;
    this.shown = true;
    style(this.element, { display: 'block' });
    if (calm()) return;
    this.element.animate(
      [
        { opacity: '0', transform: 'translateY(12px)' },
        { opacity: '1', transform: 'none' },
      ],
      { duration: 160, easing: 'ease-out' },
    );
  }

  hide(): void {
    this.shown = false;
    style(this.element, { display: 'none' });
  }

  focus(): void {
    this.#frame?.focus();
  }

  #place(): void {
    style(
      this.element,
      this.wholeScreen
        ? { inset: '0', width: '100%', height: '100%', 'border-radius': '0', 'box-shadow': 'none' }
        : {
            inset: 'auto 20px 92px auto',
            width: '400px',
            height: 'min(660px, calc(100vh - 116px))',
            'border-radius': '16px',
            'box-shadow': '0 12px 40px rgba(20, 30, 60, 0.24), 0 0 0 1px rgba(20, 30, 60, 0.08)',
          },
    );
  }
}
