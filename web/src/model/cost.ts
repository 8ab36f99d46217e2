import type { CostTotals } from '../protocol/entities';
import type { KnownEvent } from '../protocol/events';

export function isAboutMoney(event: KnownEvent): boolean {
  return event.type === 'usage_recorded' || event.type.startsWith('budget_');
}

/** Totals after `event`. A call without a price counts as a call and as unpriced, never as free. */
export function applyToCost(cost: CostTotals, event: KnownEvent): CostTotals {
  if (event.type !== 'usage_recorded') return cost;
  const usage = event.data;
  return {
    spent_usd: cost.spent_usd + (usage.cost_usd ?? 0),
    calls: cost.calls + 1,
    unpriced_calls: cost.unpriced_calls + (usage.cost_usd === null ? 1 : 0),
    input: cost.input + usage.input,
    cached: cost.cached + usage.cached,
    cache_write: cost.cache_write + usage.cache_write,
    output: cost.output + usage.output,
    reasoning: cost.reasoning + usage.reasoning,
  };
}
