/**
 * The drafts of a browser in IndexedDB, by person, workspace and path. A browser that refuses to
 * keep them is one without drafts: what is asked then has no answer.
 */
const kStore = 'drafts';
/** Drafts of the first form did not say whose they are, so nobody may have them. */
const kForm = 2;

let database: Promise<IDBDatabase | null> | undefined;

export async function onDrafts<Result>(
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

function open(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    if (typeof indexedDB === 'undefined') {
      resolve(null);
      return;
    }
    const asked = indexedDB.open('coditect', kForm);
    asked.onupgradeneeded = () => {
      const { result: made } = asked;
      if (made.objectStoreNames.contains(kStore)) made.deleteObjectStore(kStore);
      made.createObjectStore(kStore);
    };
    asked.onsuccess = () => {
      // Another page has a later form of it to make.
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => resolve(null);
  });
}

/** No name of a person, a workspace or a file has it. */
const kBetween = '\u0000';

export function draftKey(person: string, workspace: string, path: string): string {
  return [person, workspace, path].join(kBetween);
}

function ofPerson(person: string): IDBKeyRange {
  return IDBKeyRange.bound(person + kBetween, `${person}\u0001`, false, true);
}

/** What somebody has typed in this browser and not saved. */
export async function draftsOf(person: string): Promise<{ workspace: string; path: string }[]> {
  const keys = await onDrafts<IDBValidKey[]>('readonly', (store) =>
    store.getAllKeys(ofPerson(person)),
  );
  return (keys ?? []).map((key) => {
    const [, workspace = '', path = ''] = String(key).split(kBetween);
    return { workspace, path };
  });
}

export async function forgetDraftsOf(person: string): Promise<void> {
  await onDrafts('readwrite', (store) => store.delete(ofPerson(person)));
}
