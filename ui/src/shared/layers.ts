// What lies over the page: menus, pickers, dialogs. Escape takes away the topmost, and only that one.

interface Layer {
  close: () => void;
  modal: boolean;
}

const layers: Layer[] = [];

function onKey(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.isComposing) return;
  const top = layers.at(-1);
  if (!top) return;
  event.preventDefault();
  event.stopPropagation();
  top.close();
}

/** Puts a layer on top; the answer takes it away. */
export function addLayer(close: () => void, modal = false): () => void {
  const layer = { close, modal };
  if (layers.length === 0) document.addEventListener('keydown', onKey, true);
  layers.push(layer);
  return () => {
    const at = layers.indexOf(layer);
    if (at >= 0) layers.splice(at, 1);
    if (layers.length === 0) document.removeEventListener('keydown', onKey, true);
  };
}

/** Whether something lies over the page that has the keyboard for itself. */
export function covered(): boolean {
  return layers.length > 0;
}

export function coveredByDialog(): boolean {
  return layers.some((layer) => layer.modal);
}
