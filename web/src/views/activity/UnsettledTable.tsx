import { ask } from '../../actions/prompts';
import { usd } from '../../model/format';
import type { UnsettledRow } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { useSession } from '../workspace/SessionContext';

/** Calls that broke off, each with the way to say what it did cost. */
export function UnsettledTable({ rows }: { rows: UnsettledRow[] }) {
  if (rows.length === 0) return null;
  return (
    <table data-testid="unsettled">
      <thead>
        <tr>
          <th scope="col" title="Calls that broke off: the vendor’s bill says what they did cost">
            Unsettled call of
          </th>
          <th scope="col">Model</th>
          <th scope="col">Task</th>
          <th scope="col">At most</th>
          <th scope="col">
            <span className="visually-hidden">Settle</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Unsettled key={row.reservation} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Unsettled({ row }: { row: UnsettledRow }) {
  const session = useSession();
  const settle = (): void =>
    ask({
      kind: 'name',
      title: `What a call of ${row.agent} did cost`,
      label: `Dollars, as the vendor billed: up to ${usd(row.amount_usd)}`,
      initial: '0',
      submit: 'Settle',
      check: (value) =>
        /^\d*\.?\d+$/.test(value.trim()) && Number(value) <= row.amount_usd
          ? undefined
          : `An amount from 0 to ${row.amount_usd}`,
      run: (value) =>
        session.call('cost.settle', { reservation: row.reservation, cost_usd: Number(value) }),
    });
  return (
    <tr>
      <th scope="row">{row.agent}</th>
      <td className="mono">{row.model}</td>
      <td className="mono">{row.task ?? ''}</td>
      <td className="warn-text">{usd(row.amount_usd)}</td>
      <td>
        <Button
          needs="owner"
          size="small"
          variant="ghost"
          onClick={settle}
          aria-label={`Settle a call of ${row.agent}`}
        >
          Settle
        </Button>
      </td>
    </tr>
  );
}
