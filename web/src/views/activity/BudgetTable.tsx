import { ask } from '../../actions/prompts';
import { scopeName, usd } from '../../model/format';
import type { BudgetRow } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { useSession } from '../workspace/SessionContext';

/** What may be spent, and the way to change it: an agent that waits for more goes on by itself. */
export function BudgetTable({ budgets }: { budgets: BudgetRow[] }) {
  if (budgets.length === 0) return null;
  return (
    <table data-testid="budgets">
      <thead>
        <tr>
          <th scope="col">Budget</th>
          <th scope="col">Limit</th>
          <th scope="col">Spent</th>
          <th scope="col" title="The most that calls under way can cost">
            Reserved
          </th>
          <th scope="col" title="What calls that broke off may have cost">
            Unsettled
          </th>
          <th scope="col">Left</th>
          <th scope="col" aria-label="Change" />
        </tr>
      </thead>
      <tbody>
        {budgets.map((row) => (
          <Budget key={row.scope} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Budget({ row }: { row: BudgetRow }) {
  const session = useSession();
  const { scope, limit_usd: limit, left_usd: left } = row;
  const name = scopeName(scope);
  const change = (): void =>
    ask({
      kind: 'name',
      title: `Budget of ${name}`,
      label: 'Dollars; empty for no limit',
      initial: limit === undefined ? '' : String(limit),
      submit: 'Set the budget',
      check: (value) =>
        /^(\d*\.?\d+)?$/.test(value.trim()) ? undefined : 'An amount such as 2.50, or nothing',
      run: (value) =>
        session.call('cost.set_budget', {
          scope,
          ...(value.trim() === '' ? {} : { limit_usd: Number(value) }),
        }),
    });
  return (
    <tr data-testid={`budget-${scope}`}>
      <th scope="row">{name}</th>
      <td>{limit === undefined ? 'none' : usd(limit)}</td>
      <td>{usd(row.spent_usd)}</td>
      <td>{usd(row.reserved_usd)}</td>
      <td className={row.unsettled_usd > 0 ? 'warn-text' : ''}>{usd(row.unsettled_usd)}</td>
      <td>{left === undefined ? '' : usd(left)}</td>
      <td>
        <Button
          needs="owner"
          size="small"
          variant="ghost"
          onClick={change}
          aria-label={`Change: ${name}`}
        >
          Change
        </Button>
      </td>
    </tr>
  );
}
