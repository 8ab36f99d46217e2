import { useEffect } from 'react';
import { hrefOf } from '../../actions/app';
import { keyLabel } from '../../actions/keys';
import { showPanel } from '../../actions/layout';
import { ask } from '../../actions/prompts';
import { count, usd } from '../../model/format';
import { isShown } from '../../model/layout';
import { Icon } from '../../ui/Icon';
import { Badge, IconButton, Kbd } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { ThemeToggle } from '../ThemeToggle';
import { ConnectionState } from './ConnectionState';
import { useSession, useWorkspace } from './SessionContext';

export function Header() {
  const name = useWorkspace((state) => state.workspace.name);
  const simulated = useWorkspace((state) => state.agents.some((agent) => agent.simulated));
  useEffect(() => {
    document.title = `${name} · CODITECT Studio`;
  }, [name]);
  return (
    <header className="header">
      <a href={hrefOf({ page: 'workspaces' })} className="back" aria-label="All workspaces">
        <Icon name="chevron" size={14} />
      </a>
      <h1 className="header-name truncate" data-testid="workspace-name">
        {name}
      </h1>
      <ConnectionState />
      <span className="grow" />
      <button type="button" className="palette-button" onClick={() => ask({ kind: 'commands' })}>
        <Icon name="search" size={14} />
        <span className="grow">Search or run…</span>
        <Kbd>{keyLabel('Mod+K')}</Kbd>
      </button>
      <span className="grow" />
      {simulated && (
        <span className="wide-only">
          <Badge kind="warn">Simulated models</Badge>
        </span>
      )}
      <Cost />
      <span className="narrow-only">
        <IconButton icon="command" label="Commands" onClick={() => ask({ kind: 'commands' })} />
      </span>
      <ThemeToggle />
    </header>
  );
}

function Cost() {
  const cost = useWorkspace((state) => state.cost);
  const { layout } = useSession();
  const open = useStore(layout, (now) => isShown(now, 'cost'));
  const tokens = cost.input + cost.cached + cost.cache_write + cost.output;
  const unpriced =
    cost.unpriced_calls === 0 ? '' : `, ${cost.unpriced_calls} of them without a known price`;
  return (
    <button
      type="button"
      className="cost-button num"
      title={`${cost.calls} model calls${unpriced}`}
      aria-pressed={open}
      data-testid="cost-summary"
      onClick={() => showPanel(layout, 'cost')}
    >
      <strong>{usd(cost.spent_usd)}</strong>
      {cost.unpriced_calls > 0 && <span className="warn-mark">+</span>}
      <span className="faint wide-only">{count(tokens)} tokens</span>
    </button>
  );
}
