import { createStore, type Store } from '../model/store';

/** A store whose value outlives the page; a browser that refuses storage just forgets. */
export function stored<Value>(key: string, initial: Value): Store<Value> {
  const store = createStore<Value>(readStored(key, initial));
  store.subscribe(() => keep(key, store.get()));
  return store;
}

export function readStored<Value>(key: string, initial: Value): Value {
  try {
    const text = localStorage.getItem(key);
    return text === null ? initial : (JSON.parse(text) as Value);
  } catch {
    return initial;
  }
}

export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the value lasts for this page only.
  }
}
