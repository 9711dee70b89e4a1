/**
 * Where small texts are kept in the browser. Usually in our own storage. Some browsers give a frame of another site
 * none; then the page around us keeps them for its visit, so that going from page to page does not end the chat.
 */
export interface Shelf {
  read(): string | null;
  write(text: string | null): void;
}

/** Our own storage; nothing when the browser gives us none. */
export function ownShelf(key: string): Shelf | null {
  try {
    localStorage.getItem(key);
  } catch {
    return null;
  }
  return {
    read: () => localStorage.getItem(key),
    write: (text) => {
      try {
        if (text === null) localStorage.removeItem(key);
        else localStorage.setItem(key, text);
      } catch {
        // Full: it lives as long as the page.
      }
    },
  };
}

/** What is read once and told elsewhere when it changes. */
export function toldShelf(first: string | null, tell: (text: string | null) => void): Shelf {
  let now = first;
  return {
    read: () => now,
    write: (text) => {
      if (text === now) return;
      now = text;
      tell(text);
    },
  };
}
