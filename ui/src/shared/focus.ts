// Moving the focus: within lists by arrows, and back to where it came from.

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex]:not([tabindex="-1"])';

export function focusables(root: HTMLElement): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => !one.closest('[inert]') && one.tabIndex >= 0);
}

export function focusFirst(root: HTMLElement): void {
  const body = root.querySelector<HTMLElement>('[data-focus-body]');
  const wanted =
    root.querySelector<HTMLElement>('[data-autofocus]') ?? (body ? (focusables(body)[0] ?? body) : undefined) ?? focusables(root)[0] ?? root;
  wanted.focus({ preventScroll: true });
}

/** Remembers where the focus is; the answer brings it back, if that place is still there. */
export function rememberFocus(): () => void {
  const before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  return () => {
    if (before?.isConnected && before !== document.body) before.focus({ preventScroll: true });
  };
}

/**
 * `{@attach keepsFocus(() => where)}`: when what had the focus in there goes, with nothing else to take it, the focus
 * goes where it is told, and is not lost to the top of the window.
 */
export function keepsFocus(fallback: (node: HTMLElement) => HTMLElement | null | undefined): (node: HTMLElement) => () => void {
  return (node) => {
    let had: Node | null = null;
    const onFocus = (event: FocusEvent) => {
      had = event.target as Node;
    };
    const watch = new MutationObserver(() => {
      if (had === null || had.isConnected) return;
      had = null;
      if (document.activeElement === null || document.activeElement === document.body) fallback(node)?.focus();
    });

    node.addEventListener('focusin', onFocus);
    watch.observe(node, { childList: true, subtree: true });
    return () => {
      node.removeEventListener('focusin', onFocus);
      watch.disconnect();
    };
  };
}

/**
 * Arrow keys move among the elements marked `data-row` inside `root`; Home and End go to the ends. One of them is in
 * the order of Tab: the one that had the focus last, the current one, or the first.
 */
export function roving(root: HTMLElement): () => void {
  const rows = () => [...root.querySelectorAll<HTMLElement>('[data-row]')];

  const settle = (chosen?: HTMLElement) => {
    const all = rows();
    const one =
      chosen ?? all.find((row) => row.tabIndex === 0) ?? all.find((row) => row.getAttribute('aria-current') === 'true') ?? all[0];
    for (const row of all) {
      const index = row === one ? 0 : -1;
      if (row.tabIndex !== index) row.tabIndex = index;
    }
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.target as HTMLElement;
    const current = target.closest<HTMLElement>('[data-row]');
    if (!current || target !== current) return;
    const all = rows();
    const at = all.indexOf(current);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const to = all[Math.min(Math.max(next, 0), all.length - 1)];
    if (!to) return;
    settle(to);
    to.focus();
    to.scrollIntoView({ block: 'nearest' });
  };
  const onFocus = (event: FocusEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-row]');
    if (row) settle(row);
  };
  // Rows come and go; one of them must always be within reach of Tab.
  const watch = new MutationObserver(() => settle());

  settle();
  root.addEventListener('keydown', onKey);
  root.addEventListener('focusin', onFocus);
  watch.observe(root, { childList: true, subtree: true });
  return () => {
    root.removeEventListener('keydown', onKey);
    root.removeEventListener('focusin', onFocus);
    watch.disconnect();
  };
}

/** Whether keys that write are meant for a text field now. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true;
  return target.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'range', 'file'].includes((target as HTMLInputElement).type);
}
