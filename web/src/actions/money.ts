import { createStore } from '../model/store';
import type { Command } from './commands';
import { dock, pane } from './preferences';

/** Whether the form for a budget is open. */
export const budgetForm = createStore(false);

export function moneyCommands(): Command[] {
  return [
    {
      id: 'cost.budget',
      title: 'Set a budget…',
      section: 'Cost',
      run: () => {
        dock.update((before) => ({ ...before, tab: 'cost', open: true }));
        pane.set('activity');
        budgetForm.set(true);
      },
    },
  ];
}
