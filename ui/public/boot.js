// Before the first paint: the colours and widths of last time. Nothing else, and nothing personal.
(() => {
  let look = {};
  try {
    look = JSON.parse(localStorage.getItem('look') ?? '{}');
  } catch {
    // The defaults then.
  }
  const dark = look.theme === 'dark' || (look.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  const root = document.documentElement;
  root.dataset.theme = dark ? 'dark' : 'light';
  if (Number.isFinite(look.left)) root.style.setProperty('--left', `${look.left}px`);
  if (Number.isFinite(look.right)) root.style.setProperty('--right', `${look.right}px`);
})();
