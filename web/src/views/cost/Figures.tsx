import { useEffect, useState } from 'react';
import { usd } from '../../model/format';
import { burnOf, endOfDayUsd, knownSince, sayBurn, spentIn } from '../../model/spend';
import type { BudgetRow, CostRow } from '../../protocol/entities';
import { useWorkspace } from '../workspace/SessionContext';

const kTickMs = 10_000;

/** The time, as often as a forecast moves. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), kTickMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** What is spent, how fast, what comes of it, and what the cache saved. */
export function Figures({ total, budgets }: { total: CostRow; budgets: BudgetRow[] }) {
  const log = useWorkspace((state) => state.log);
  const nowMs = useNow();
  const burn = burnOf(spentIn(log), 'workspace', nowMs, knownSince(log));
  const today = budgets.find(({ scope }) => scope === 'day')?.spent_usd ?? 0;
  const byMidnight = endOfDayUsd(today, burn, nowMs);
  const cached = Math.round(total.cached_share * 100);
  return (
    <dl className="figures" data-testid="cost-figures">
      <Figure name="Spent" value={total.cost_usd === null ? 'unpriced' : usd(total.cost_usd)}>
        {usd(today)} today (UTC)
      </Figure>
      <Figure name="Pace" value={burn === undefined ? '–' : `${usd(burn.perMinute * 60)} an hour`}>
        {sayBurn(burn)}
      </Figure>
      <Figure
        name="By midnight UTC"
        value={byMidnight === undefined ? '–' : `about ${usd(byMidnight)}`}
      >
        {byMidnight === undefined ? 'nothing to foretell it from' : 'if it goes on like this'}
      </Figure>
      <Figure name="From the cache" value={total.calls === 0 ? '–' : `${cached} %`}>
        {total.saved_usd === null
          ? 'of the prompts; what it saved is not known'
          : total.saved_usd < 0
            ? `of the prompts; writing it cost ${usd(-total.saved_usd)} more so far`
            : `of the prompts; saved ${usd(total.saved_usd)}`}
      </Figure>
    </dl>
  );
}

function Figure(props: { name: string; value: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd className="figure-value num">{props.value}</dd>
      <dd className="figure-note">{props.children}</dd>
    </div>
  );
}
