import { ask } from '../../actions/prompts';
import { attempt } from '../../actions/toasts';
import { scopeName, usd } from '../../model/format';
import { burnOf, forecastOf, knownSince, sayForecast, spentIn } from '../../model/spend';
import type { BudgetRow } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { useNow } from '../cost/Figures';
import { useSession, useWorkspace } from '../workspace/SessionContext';

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
          <th scope="col">
            <span className="visually-hidden">Change</span>
          </th>
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
  const log = useWorkspace((state) => state.log);
  const nowMs = useNow();
  const burn = burnOf(spentIn(log), scope, nowMs, knownSince(log));
  const foretold = sayForecast(forecastOf(row, burn, nowMs));
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
      <th scope="row">
        {name}
        <span className="budget-forecast">{foretold}</span>
      </th>
      <td>{limit === undefined ? 'none' : usd(limit)}</td>
      <td>{usd(row.spent_usd)}</td>
      <td>{usd(row.reserved_usd)}</td>
      <td className={row.unsettled_usd > 0 ? 'warn-text' : ''}>{usd(row.unsettled_usd)}</td>
      <td>
        {left === undefined ? '' : usd(left)}
        {limit !== undefined && <UsedBar row={row} limit={limit} />}
      </td>
      <td>
        {limit !== undefined && (
          <Button
            needs="owner"
            size="small"
            variant="ghost"
            onClick={() => attempt(() => session.call('cost.set_budget', { scope }))}
            aria-label={`Remove: ${name}`}
          >
            Remove
          </Button>
        )}
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

/** How much of the limit is used up, or set aside. */
function UsedBar({ row, limit }: { row: BudgetRow; limit: number }) {
  const used = row.spent_usd + row.reserved_usd + row.unsettled_usd;
  const share = limit === 0 ? 1 : Math.min(1, used / limit);
  const level = share >= 1 ? 'full' : share >= 0.8 ? 'high' : 'low';
  return (
    <span className="budget-bar" data-level={level} aria-hidden="true">
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}
