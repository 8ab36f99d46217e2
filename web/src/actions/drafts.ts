import type { Draft } from '../model/drafts';

const kStore = 'drafts';
const kKeptMs = 30 * 24 * 3_600_000;
const kLettersMax = 4 << 20;
const kPauseMs = 300;

/**
 * The unsaved texts of one workspace, kept in this browser, so that neither a closed page nor a
 * crash loses them. A browser that refuses to keep them is one without drafts.
 */
export class Drafts {
  private readonly waiting = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly workspace: string) {}

  async get(path: string): Promise<Draft | undefined> {
    const draft = await onStore<Draft | undefined>('readonly', (store) =>
      store.get(this.key(path)),
    );
    return draft === undefined || Date.now() - draft.at > kKeptMs ? undefined : draft;
  }

  /**
   * Keeps in a moment what `read` gives then; "saved" where nothing is left to be kept, "unknown"
   * where the text is not there to be looked at.
   */
  changed(path: string, read: () => Omit<Draft, 'at'> | 'saved' | 'unknown'): void {
    if (this.waiting.has(path)) return;
    const keep = (): void => {
      this.waiting.delete(path);
      const draft = read();
      if (draft === 'unknown') return;
      if (draft === 'saved' || draft.text.length > kLettersMax) this.drop(path);
      else
        void onStore('readwrite', (store) =>
          store.put({ ...draft, at: Date.now() }, this.key(path)),
        );
    };
    this.waiting.set(path, setTimeout(keep, kPauseMs));
  }

  drop(path: string): void {
    clearTimeout(this.waiting.get(path));
    this.waiting.delete(path);
    void onStore('readwrite', (store) => store.delete(this.key(path)));
  }

  private key(path: string): string {
    return `${this.workspace}/${path}`;
  }
}

let database: Promise<IDBDatabase | null> | undefined;

function open(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    if (typeof indexedDB === 'undefined') {
      resolve(null);
      return;
    }
    const asked = indexedDB.open('coditect', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(kStore);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(null);
  });
}

async function onStore<Result>(
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => IDBRequest,
): Promise<Result | undefined> {
  database ??= open();
  const opened = await database;
  if (opened === null) return undefined;
  return new Promise((resolve) => {
    try {
      const asked = use(opened.transaction(kStore, mode).objectStore(kStore));
      asked.onsuccess = () => resolve(asked.result as Result);
      asked.onerror = () => resolve(undefined);
    } catch {
      // The browser has closed the database, as when its data is cleared.
      database = undefined;
      resolve(undefined);
    }
  });
}
