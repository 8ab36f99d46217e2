import { useEffect, useState } from 'react';
import { count, toneOf, usd } from '../../model/format';
import { asFailure, type Failure } from '../../net/failure';
import type { BudgetRow, CostRow, UnsettledRow } from '../../protocol/entities';
import { Problem } from '../../ui/controls';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { BudgetTable } from './BudgetTable';
import { UnsettledTable } from './UnsettledTable';

type By = 'agent' | 'model' | 'task' | 'day';
const BYS: By[] = ['agent', 'model', 'task', 'day'];

interface Summary {
  rows: CostRow[];
  budgets: BudgetRow[];
  unsettled: UnsettledRow[];
  failure: Failure | null;
}

/** The summary, asked again whenever money moved, so that the tables follow the header. */
function useCost(by: By, moneySeq: number): Summary {
  const session = useSession();
  const [rows, setRows] = useState<CostRow[]>([]);
  const [budgets, setBudgets] = useState<BudgetRow[]>([]);
  const [unsettled, setUnsettled] = useState<UnsettledRow[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);

  useEffect(() => {
    let current = true;
    session
      .call('cost.summary', { by })
      .then((summary) => {
        if (!current) return;
        setRows(summary.rows);
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

  return { rows, budgets, unsettled, failure };
}

export function CostPanel() {
  const moneySeq = useWorkspace((state) => state.moneySeq);
  const simulated = useWorkspace((state) => state.agents.some((agent) => agent.simulated));
  const [by, setBy] = useState<By>('agent');
  const { rows, budgets, unsettled, failure } = useCost(by, moneySeq);

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
        {simulated && (
          <span className="warn-text">Simulated calls: nobody is charged for them.</span>
        )}
      </div>
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
      <div className="cost-table" tabIndex={0} role="group" aria-label="Cost and budgets">
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
    </div>
  );
}

function CostTable({ by, rows }: { by: By; rows: CostRow[] }) {
  return (
    <table>
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
