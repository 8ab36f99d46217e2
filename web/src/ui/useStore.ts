import { useSyncExternalStore } from 'react';
import type { Store } from '../model/store';

/** The store's value, or the part of it that `select` picks; a part must keep its identity. */
export function useStore<Value>(store: Store<Value>): Value;
export function useStore<Value, Part>(store: Store<Value>, select: (value: Value) => Part): Part;
export function useStore<Value, Part>(
  store: Store<Value>,
  select?: (value: Value) => Part,
): Value | Part {
  const read = (): Value | Part => (select === undefined ? store.get() : select(store.get()));
  return useSyncExternalStore(store.subscribe, read);
}
