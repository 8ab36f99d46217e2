import type { Layout } from '../model/layout';
import { createStore, type Store } from '../model/store';
import type { Command } from './commands';
import { showPanel } from './layout';

/** Whether the form for a budget is open. */
export const budgetForm = createStore(false);

export function moneyCommands(layout: Store<Layout>): Command[] {
  return [
    {
      id: 'cost.budget',
      title: 'Set a budget…',
      section: 'Cost',
      run: () => {
        showPanel(layout, 'cost');
        budgetForm.set(true);
      },
    },
  ];
}
