import { useEffect, useState } from 'react';
import { keysOpen } from '../../actions/vendorKeys';
import { quietTasks, tokensPerMinute } from '../../model/activity';
import type { AgentView } from '../../model/state';
import { Icon } from '../../ui/Icon';
import { Button, Empty } from '../../ui/controls';
import { TourOffer } from '../tour/TourOffer';
import { PanelHead } from '../workspace/PanelHead';
import { AgentCard } from './AgentCard';
import { NoticesButton } from './Attention';
import { InstructionsBanner } from './InstructionsBanner';
import { useSession, useWorkspace } from '../workspace/SessionContext';

export function AgentsPanel() {
  const agents = useWorkspace((state) => state.agents);
  const simulated = agents.filter((agent) => agent.simulated).length;
  const { rates, quiet } = usePace();
  return (
    <section className="panel agents" aria-label="Agents">
      <PanelHead panel="agents">
        <span className="grow" />
        <span className="faint num">
          {agents.filter(isBusy).length} of {agents.length} busy
        </span>
        <NoticesButton />
      </PanelHead>
      {simulated > 0 && <SimulatedBanner count={simulated} of={agents.length} />}
      <InstructionsBanner />
      <TourOffer />
      {agents.length === 0 ? (
        <Empty icon="agent" title="No agent is set up">
          Agents are named in the server’s <code>coditect.toml</code>.
        </Empty>
      ) : (
        <ul className="agent-list">
          {agents.map((agent) => (
            <AgentCard
              key={agent.name}
              agent={agent}
              rate={rates[agent.name] ?? 0}
              quietMs={agent.task === undefined ? undefined : quiet[agent.task]}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

const kTickMs = 3_000;

/** How fast agents go, looked at every few seconds: a rate changes also when nothing happens. */
function usePace() {
  const session = useSession();
  const [pace, setPace] = useState<{
    rates: Record<string, number>;
    quiet: Record<string, number>;
  }>({ rates: {}, quiet: {} });
  useEffect(() => {
    const look = (): void => {
      const state = session.state.get();
      if (state === null || document.hidden) return;
      const now = Date.now();
      setPace({ rates: tokensPerMinute(state.log, now), quiet: quietTasks(state, now) });
    };
    look();
    const timer = setInterval(look, kTickMs);
    return () => clearInterval(timer);
  }, [session]);
  return pace;
}

function isBusy({ state }: AgentView): boolean {
  return state !== 'idle' && state !== 'failed';
}

/** Nobody may take a rehearsal for the work of a model. */
function SimulatedBanner({ count, of }: { count: number; of: number }) {
  return (
    <div className="banner" data-kind="warn" data-testid="simulated-banner">
      <Icon name="info" size={14} />
      <span className="grow">
        <strong>
          {count === of ? 'The models are simulated.' : `${count} of ${of} models are simulated.`}
        </strong>{' '}
        <span className="hint">They play rehearsals: nobody thinks, and nobody is charged.</span>
      </span>
      <span className="banner-actions">
        <Button size="small" onClick={() => keysOpen.set(true)} data-testid="simulated-keys">
          Set keys
        </Button>
      </span>
    </div>
  );
}
