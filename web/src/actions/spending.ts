import type { WorkspaceState } from '../model/state';
import { createStore, type Store } from '../model/store';
import type { CostRow } from '../protocol/entities';
import type { Call } from './call';

export interface Spent {
  usd: number;
  tokens: number;
  /** Calls whose price nobody knows: the rest is a part of the cost. */
  unpriced: number;
}

const kGatherMs = 800;

/**
 * What tasks and agents have cost, by the server's books, asked again once money has moved. The
 * events alone would not say it: a page knows only the newest of them.
 */
export class Spending {
  readonly tasks = createStore<Record<string, Spent>>({});
  readonly agents = createStore<Record<string, Spent>>({});
  private asked = -1;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly call: Call,
    private readonly state: Store<WorkspaceState | null>,
  ) {
    this.unsubscribe = state.subscribe(() => this.follow());
  }

  close(): void {
    this.unsubscribe();
    clearTimeout(this.timer);
  }

  private follow(): void {
    const moved = this.state.get()?.moneySeq;
    if (moved === undefined || moved === this.asked) return;
    // At once when a workspace is opened, together while agents work.
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        this.asked = this.state.get()?.moneySeq ?? this.asked;
        void this.ask();
      },
      this.asked < 0 ? 0 : kGatherMs,
    );
  }

  private async ask(): Promise<void> {
    try {
      const [tasks, agents] = await Promise.all([
        this.call('cost.summary', { by: 'task' }),
        this.call('cost.summary', { by: 'agent' }),
      ]);
      this.tasks.set(byKey(tasks.rows));
      this.agents.set(byKey(agents.rows));
    } catch {
      // Shown is what was known; the next call of a model asks again.
    }
  }
}

function byKey(rows: CostRow[]): Record<string, Spent> {
  return Object.fromEntries(
    rows.map((row) => [
      row.key,
      {
        usd: row.cost_usd ?? 0,
        tokens: row.input + row.cached + row.cache_write + row.output,
        unpriced: row.unpriced_calls,
      },
    ]),
  );
}
