import { useEffect, useState } from 'react';
import { budgetForm } from '../../actions/money';
import { count, toneOf, usd } from '../../model/format';
import { asFailure, type Failure } from '../../net/failure';
import type { BudgetRow, CostRow, UnsettledRow } from '../../protocol/entities';
import { dayBars } from '../../model/spend';
import { Button, Problem } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { BudgetDialog } from '../cost/BudgetDialog';
import { DayChart } from '../cost/DayChart';
import { Figures } from '../cost/Figures';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { BudgetTable } from './BudgetTable';
import { UnsettledTable } from './UnsettledTable';

type By = 'agent' | 'model' | 'task' | 'day';
const BYS: By[] = ['agent', 'model', 'task', 'day'];

const kDaysShown = 14;

interface Summary {
  rows: CostRow[];
  days: CostRow[];
  total: CostRow | null;
  budgets: BudgetRow[];
  unsettled: UnsettledRow[];
  failure: Failure | null;
}

/** The summary, asked again whenever money moved, so that the tables follow the header. */
function useCost(by: By, moneySeq: number): Summary {
  const session = useSession();
  const [rows, setRows] = useState<CostRow[]>([]);
  const [days, setDays] = useState<CostRow[]>([]);
  const [total, setTotal] = useState<CostRow | null>(null);
  const [budgets, setBudgets] = useState<BudgetRow[]>([]);
  const [unsettled, setUnsettled] = useState<UnsettledRow[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);

  useEffect(() => {
    let current = true;
    Promise.all([session.call('cost.summary', { by }), session.call('cost.summary', { by: 'day' })])
      .then(([summary, byDay]) => {
        if (!current) return;
        setRows(summary.rows);
        setDays(byDay.rows);
        setTotal(summary.total);
        setBudgets(summary.budgets);
        setUnsettled(summary.unsettled);
        setFailure(null);
      })
      .catch((thrown: unknown) => {
        if (current) setFailure(asFailure(thrown));
      });
    return () => {
      current = false;
    };
  }, [session, by, moneySeq]);

  return { rows, days, total, budgets, unsettled, failure };
}

export function CostPanel() {
  const moneySeq = useWorkspace((state) => state.moneySeq);
  const simulated = useWorkspace((state) => state.agents.some((agent) => agent.simulated));
  const [by, setBy] = useState<By>('agent');
  const { rows, days, total, budgets, unsettled, failure } = useCost(by, moneySeq);
  const setting = useStore(budgetForm);

  return (
    <div className="cost">
      <div className="filters">
        <select
          className="select"
          aria-label="Group by"
          value={by}
          onChange={(event) => setBy(event.target.value as By)}
        >
          {BYS.map((name) => (
            <option key={name} value={name}>
              by {name}
            </option>
          ))}
        </select>
        <Button
          size="small"
          icon="coin"
          onClick={() => budgetForm.set(true)}
          data-testid="set-budget"
        >
          Set a budget
        </Button>
        {simulated && (
          <span className="warn-text">Simulated calls: nobody is charged for them.</span>
        )}
      </div>
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
      <div className="cost-table" tabIndex={0} role="group" aria-label="Cost and budgets">
        {total !== null && <Figures total={total} budgets={budgets} />}
        {days.length > 0 && <DayChart bars={dayBars(days, Date.now(), kDaysShown)} />}
        {rows.length === 0 ? (
          <p className="muted">
            Nothing spent yet. Each model call is counted here with its tokens, at the price list’s
            price of that day.
          </p>
        ) : (
          <CostTable by={by} rows={rows} />
        )}
        <BudgetTable budgets={budgets} />
        <UnsettledTable rows={unsettled} />
      </div>
      {setting && <BudgetDialog onClose={() => budgetForm.set(false)} />}
    </div>
  );
}

function CostTable({ by, rows }: { by: By; rows: CostRow[] }) {
  return (
    <table data-testid="cost-rows">
      <thead>
        <tr>
          <th scope="col">{by}</th>
          <th scope="col">Calls</th>
          <th scope="col">Input</th>
          <th scope="col">Cached</th>
          <th scope="col">Output</th>
          <th scope="col">Saved</th>
          <th scope="col">Cost</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} data-tone={toneOf(by === 'agent' ? `agent:${row.key}` : 'system')}>
            <th scope="row" className={by === 'agent' ? 'toned' : 'mono'}>
              {row.key}
            </th>
            <td>{row.calls}</td>
            <td>{count(row.input + row.cache_write)}</td>
            <td title={`${Math.round(row.cached_share * 100)} % of the prompts came from a cache`}>
              {count(row.cached)}
            </td>
            <td>{count(row.output)}</td>
            <td>{row.saved_usd === null ? '' : usd(row.saved_usd)}</td>
            <td>
              {row.cost_usd === null ? 'unpriced' : usd(row.cost_usd)}
              {row.unpriced_calls > 0 && row.cost_usd !== null && (
                <span className="warn-text" title={`${row.unpriced_calls} calls without a price`}>
                  {' '}
                  +?
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
