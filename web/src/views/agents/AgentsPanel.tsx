import { openFile } from '../../actions/fileActions';
import { keysOpen } from '../../actions/vendorKeys';
import { toneOf } from '../../model/format';
import { summaryOf } from '../../model/markup';
import type { AgentView } from '../../model/state';
import { Icon } from '../../ui/Icon';
import { Badge, Button, Empty } from '../../ui/controls';
import { PanelHead } from '../workspace/PanelHead';
import { TourOffer } from '../tour/TourOffer';
import { InstructionsBanner } from './InstructionsBanner';
import { useSession, useWorkspace } from '../workspace/SessionContext';

export function AgentsPanel() {
  const agents = useWorkspace((state) => state.agents);
  const simulated = agents.filter((agent) => agent.simulated).length;
  return (
    <section className="panel agents" aria-label="Agents">
      <PanelHead panel="agents">
        <span className="grow" />
        <span className="faint num">
          {agents.filter(isBusy).length} of {agents.length} busy
        </span>
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
            <AgentCard key={agent.name} agent={agent} />
          ))}
        </ul>
      )}
    </section>
  );
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

function AgentCard({ agent }: { agent: AgentView }) {
  const task = useWorkspace((state) => state.tasks.find((other) => other.id === agent.task));
  const queued = useWorkspace(
    (state) =>
      state.tasks.filter((other) => other.agent === agent.name && other.state === 'queued').length,
  );
  return (
    <li
      className="agent"
      data-tone={toneOf(`agent:${agent.name}`)}
      data-state={agent.state}
      data-testid={`agent-${agent.name}`}
    >
      <span className="agent-mark" aria-hidden="true">
        {[...agent.name][0]?.toUpperCase()}
      </span>
      <div className="agent-body">
        <div className="agent-line">
          <strong className="toned">{agent.name}</strong>
          <span className="faint truncate mono">{agent.model}</span>
          {agent.simulated && <Badge>simulated</Badge>}
          <span className="grow" />
          {queued > 0 && <span className="faint num">+{queued}</span>}
          <span className="agent-state" data-testid={`agent-state-${agent.name}`}>
            {agent.state}
          </span>
        </div>
        <Doing agent={agent} prompt={task?.prompt} />
      </div>
    </li>
  );
}

function Doing({ agent, prompt }: { agent: AgentView; prompt: string | undefined }) {
  const session = useSession();
  const path = agent.tool?.path;
  if (agent.waiting !== undefined) {
    return (
      <div className="agent-line warn-text truncate">
        waits for {agent.waiting.for}: {agent.waiting.what}
        {agent.waiting.done !== undefined && ` · ${agent.waiting.done}`}
      </div>
    );
  }
  if (agent.tool !== undefined) {
    return (
      <div className="agent-line">
        <span className="mono">{agent.tool.name}</span>
        {path !== undefined && (
          <button
            type="button"
            className="link truncate mono"
            onClick={() => openFile(session, path)}
          >
            {path}
          </button>
        )}
      </div>
    );
  }
  if (prompt !== undefined)
    return <div className="agent-line muted truncate">{summaryOf(prompt)}</div>;
  if (agent.state === 'failed' && agent.reason !== undefined) {
    return <div className="agent-line bad-text truncate">{agent.reason}</div>;
  }
  return null;
}
