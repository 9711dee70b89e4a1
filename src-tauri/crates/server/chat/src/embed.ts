/**
 * The one tag for other people's pages:
 *
 *   <script src="https://desk.example.com/chat/embed.js" data-workspace="alba" data-queue="delivery" data-language="fr" async></script>
 *
 * A button, and behind it a frame with our chat page. It reads nothing of the page it stands in, loads nothing from
 * anywhere else, and leaves one name behind: `window.Loopdesk`.
 */
import { bridge } from './embed/bridge';
import { Launcher } from './embed/launcher';
import { Memory } from './embed/memory';
import { Panel } from './embed/panel';
import { settingOf } from './embed/setting';
import type { SignedIdentity } from './types';

interface Loopdesk {
  readonly open: () => void;
  readonly close: () => void;
  /** Says who the customer is, signed by your own server; `null` when they signed out. */
  readonly identify: (signed: SignedIdentity | null) => void;
}

function begin(script: HTMLScriptElement): Loopdesk {
  const setting = settingOf(script);
  const memory = new Memory(setting.workspace);
  const holder = document.createElement('div');
  const shadow = holder.attachShadow({ mode: 'closed' });
  const panel = new Panel(setting);
  const launcher = new Launcher(setting.words, () => (panel.shown ? close(true) : open()));
  let signed: SignedIdentity | null | undefined;

  const link = bridge(setting.origin, () => panel.window, {
    ready: () => {
      link.kept(memory.kept('memo'), memory.kept('rows'));
      if (signed !== undefined) link.identify(signed);
      link.shown(panel.shown);
    },
    news: (unread, going) => {
      launcher.unread(panel.shown ? 0 : unread);
      memory.set({ going });
    },
    close: () => close(true),
    keep: (what, text) => memory.keep(what, text),
  });

  function open(): void {
    panel.show();
    launcher.opened(true);
    launcher.unread(0);
    memory.set({ open: true });
    link.shown(true);
    panel.focus();
  }

  function close(back: boolean): void {
    if (!panel.shown) return;
    panel.hide();
    launcher.opened(false);
    memory.set({ open: false });
    link.shown(false);
    if (back) launcher.focus();
  }

  shadow.append(panel.element, launcher.element);
  document.body.append(holder);
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close(true);
  });
  const before = memory.get();
  if (before.open && !panel.wholeScreen) open();
  // A chat that goes on must be able to say that there is news, open or not.
  else if (before.going) panel.load();

  return {
    open,
    close: () => close(false),
    identify: (given) => {
      signed = given;
      link.identify(given);
    },
  };
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement && !('Loopdesk' in window)) {
  let inner: Loopdesk | null = null;
  let waiting: ((loopdesk: Loopdesk) => void)[] = [];
  const when = (act: (loopdesk: Loopdesk) => void): void => {
    if (inner === null) waiting.push(act);
    else act(inner);
  };
  const loopdesk: Loopdesk = Object.freeze({
    open: () => when((it) => it.open()),
    close: () => when((it) => it.close()),
    identify: (signed: SignedIdentity | null) => when((it) => it.identify(signed)),
  });
  Object.defineProperty(window, 'Loopdesk', { value: loopdesk, enumerable: true });
  const run = (): void => {
    const begun = begin(script);
    inner = begun;
    for (const act of waiting) act(begun);
    waiting = [];
  };
  // With `async` the script may come before the page has a body.
  if (document.body === null) addEventListener('DOMContentLoaded', run, { once: true });
  else run();
}
