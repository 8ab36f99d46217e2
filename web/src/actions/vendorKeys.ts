import { createStore } from '../model/store';
import type { Command } from './commands';

/** Whether the page of the vendors' keys is open. */
export const keysOpen = createStore(false);

/** Counts the changes of keys, in any browser, that the server has told of. */
export const keyChanges = createStore(0);

export function keyCommands(): Command[] {
  return [
    {
      id: 'keys.open',
      title: 'Keys of model vendors…',
      section: 'Set-up',
      run: () => keysOpen.set(true),
    },
  ];
}
