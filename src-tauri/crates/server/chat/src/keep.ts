/**
 * What the browser keeps of the chat: rows of the outbox and the bytes of files that are not sent yet, in IndexedDB,
 * so that several tabs share them; where there is none, in memory and on a spare shelf for this tab alone.
 */
import type { Row } from './outbox';
import type { Shelf } from './shelf';

export interface Keep {
  rows(): Promise<Row[]>;
  put(row: Row): Promise<void>;
  drop(id: string): Promise<void>;
  file(sha256: string): Promise<Blob | null>;
  putFile(sha256: string, file: Blob): Promise<void>;
  /** Drops the files that no row and no open composer needs. */
  sweepFiles(needed: ReadonlySet<string>): Promise<void>;
  clear(): Promise<void>;
}

/** Opens what is kept for one workspace. */
export async function openKeep(workspace: string, spare: Shelf): Promise<Keep> {
  try {
    return new Stored(await open(`loopdesk-chat-${workspace}`));
  } catch {
    return new Spare(spare);
  }
}

const ROWS = 'rows';
const FILES = 'files';

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ROWS, { keyPath: 'id' });
      request.result.createObjectStore(FILES);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('no storage'));
    request.onblocked = () => reject(new Error('storage is blocked'));
  });
}

class Stored implements Keep {
  readonly #db: IDBDatabase;

  constructor(db: IDBDatabase) {
    this.#db = db;
    db.onversionchange = () => db.close();
  }

  rows(): Promise<Row[]> {
    return this.#in(ROWS, 'readonly', (store) => store.getAll() as IDBRequest<Row[]>);
  }

  async put(row: Row): Promise<void> {
    await this.#in(ROWS, 'readwrite', (store) => store.put(row));
  }

  async drop(id: string): Promise<void> {
    await this.#in(ROWS, 'readwrite', (store) => store.delete(id));
  }

  async file(sha256: string): Promise<Blob | null> {
    const found = await this.#in(FILES, 'readonly', (store) => store.get(sha256) as IDBRequest<Blob | undefined>);
    return found ?? null;
  }

  async putFile(sha256: string, file: Blob): Promise<void> {
    await this.#in(FILES, 'readwrite', (store) => store.put(file, sha256));
  }

  async sweepFiles(needed: ReadonlySet<string>): Promise<void> {
    const keys = await this.#in(FILES, 'readonly', (store) => store.getAllKeys());
    for (const key of keys) {
      if (typeof key === 'string' && !needed.has(key)) await this.#in(FILES, 'readwrite', (store) => store.delete(key));
    }
  }

  async clear(): Promise<void> {
    await this.#in(ROWS, 'readwrite', (store) => store.clear());
    await this.#in(FILES, 'readwrite', (store) => store.clear());
  }

  /** Resolves when the change is on the disk, not when it was asked for. */
  #in<T>(name: string, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const deal = this.#db.transaction(name, mode);
      const request = ask(deal.objectStore(name));
      deal.oncomplete = () => resolve(request.result);
      deal.onerror = () => reject(deal.error ?? new Error('not kept'));
      deal.onabort = () => reject(deal.error ?? new Error('not kept'));
    });
  }
}

/** Rows on a shelf, files in memory: a message with files that are not sent yet does not survive the page here. */
class Spare implements Keep {
  readonly #shelf: Shelf;
  readonly #rows = new Map<string, Row>();
  readonly #files = new Map<string, Blob>();

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
    try {
      const rows: unknown = JSON.parse(shelf.read() ?? '[]');
      if (Array.isArray(rows)) for (const row of rows as Row[]) this.#rows.set(row.id, row);
    } catch {
      // Not ours: begin anew.
    }
  }

  async rows(): Promise<Row[]> {
    return [...this.#rows.values()];
  }

  async put(row: Row): Promise<void> {
    this.#rows.set(row.id, row);
    this.#write();
  }

  async drop(id: string): Promise<void> {
    this.#rows.delete(id);
    this.#write();
  }

  async file(sha256: string): Promise<Blob | null> {
    return this.#files.get(sha256) ?? null;
  }

  async putFile(sha256: string, file: Blob): Promise<void> {
    this.#files.set(sha256, file);
  }

  async sweepFiles(needed: ReadonlySet<string>): Promise<void> {
    for (const sha256 of this.#files.keys()) if (!needed.has(sha256)) this.#files.delete(sha256);
  }

  async clear(): Promise<void> {
    this.#rows.clear();
    this.#files.clear();
    this.#write();
  }

  #write(): void {
    this.#shelf.write(this.#rows.size === 0 ? null : JSON.stringify([...this.#rows.values()]));
  }
}
