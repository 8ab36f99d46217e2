import type { KnownEvent } from '../protocol/events';
import { shortName } from './format';
import { stepOf } from './locks';
import type { AgentView } from './state';

/**
 * The agents, simulated or not as the server says `now`. That is no event, since keys belong to no
 * workspace.
 */
export function withSimulated(
  agents: AgentView[],
  now: readonly { name: string; simulated: boolean }[],
): AgentView[] {
  const known = new Map(now.map(({ name, simulated }) => [name, simulated]));
  const same = agents.every(({ name, simulated }) => (known.get(name) ?? simulated) === simulated);
  if (same) return agents;
  return agents.map((agent) => ({
    ...agent,
    simulated: known.get(agent.name) ?? agent.simulated,
  }));
}

/** The agents after `event`; the same array when nothing about an agent changed. */
export function applyToAgents(agents: AgentView[], event: KnownEvent): AgentView[] {
  switch (event.type) {
    case 'agent_state_change':
      return update(agents, event.data.agent, (agent) => stateChanged(agent, event));
    case 'task_started':
      return update(agents, event.data.agent, (agent) => withTask(agent, event.task));
    case 'task_waiting': {
      const waiting = { for: event.data.for, what: event.data.what ?? '' };
      return update(agents, event.data.agent, (agent) => ({ ...agent, waiting }));
    }
    case 'lock_escalated': {
      const done = stepOf(event.data);
      return update(agents, shortName(event.data.holder), (agent) =>
        agent.waiting?.for === 'lock' ? { ...agent, waiting: { ...agent.waiting, done } } : agent,
      );
    }
    case 'task_resumed':
      // A pause that ends says nothing about what the agent does meanwhile.
      if (event.data.for === 'pause') return agents;
      return update(agents, event.data.agent, (agent) => without(agent, 'waiting'));
    case 'agent_stuck': {
      const stuck = { task: event.task ?? '', doing: event.data.doing };
      return update(agents, event.data.agent, (agent) => ({ ...agent, stuck }));
    }
    case 'conversation_turn':
      return update(agents, event.data.agent, (agent) =>
        agent.stuck === undefined ? agent : without(agent, 'stuck'),
      );
    case 'task_finished':
      return update(agents, event.data.agent, (agent) => finished(agent, event));
    case 'task_requeued':
    case 'task_paused':
      return update(agents, event.data.agent, (agent) =>
        agent.task === event.task ? without(agent, 'task', 'tool', 'waiting') : agent,
      );
    case 'tool_call':
      return update(agents, event.data.agent, (agent) => toolCalled(agent, event));
    default:
      return agents;
  }
}

function update(
  agents: AgentView[],
  name: string,
  change: (agent: AgentView) => AgentView,
): AgentView[] {
  const index = agents.findIndex((agent) => agent.name === name);
  const before = agents[index];
  if (before === undefined) return agents;
  const after = change(before);
  return after === before ? agents : agents.with(index, after);
}

type Passing = 'task' | 'tool' | 'waiting' | 'reason' | 'stuck';

function without(agent: AgentView, ...keys: Passing[]): AgentView {
  const copy = { ...agent };
  for (const key of keys) delete copy[key];
  return copy;
}

function finished(
  agent: AgentView,
  event: Extract<KnownEvent, { type: 'task_finished' }>,
): AgentView {
  // One that failed over it stays marked until there is something else to do.
  const freed = event.data.state === 'failed' ? agent : without(agent, 'stuck');
  return agent.task === event.task ? without(freed, 'task', 'tool', 'waiting') : freed;
}

function withTask(agent: AgentView, task: string | undefined): AgentView {
  const cleared = without(
    agent,
    'tool',
    'waiting',
    ...(agent.stuck?.task === task ? [] : ['stuck' as const]),
  );
  return task === undefined ? cleared : { ...cleared, task };
}

function stateChanged(
  agent: AgentView,
  event: Extract<KnownEvent, { type: 'agent_state_change' }>,
): AgentView {
  const { to, reason } = event.data;
  const at_rest = to === 'idle' || to === 'failed' || to === 'restarting';
  const base = at_rest
    ? without(agent, 'task', 'tool', 'waiting', 'reason')
    : without(agent, 'reason');
  return { ...base, state: to, ...(reason ? { reason } : {}) };
}

function toolCalled(
  agent: AgentView,
  event: Extract<KnownEvent, { type: 'tool_call' }>,
): AgentView {
  if (event.data.phase === 'finished') {
    return agent.tool?.id === event.data.id ? without(agent, 'tool') : agent;
  }
  const path = pathOfInput(event.data.input);
  const tool = {
    id: event.data.id,
    name: event.data.tool,
    ...(path === undefined ? {} : { path }),
  };
  return { ...agent, tool };
}

/** The file a tool works on, by the convention that its input has a string `path`. */
export function pathOfInput(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null || !('path' in input)) return undefined;
  return typeof input.path === 'string' ? input.path : undefined;
}
