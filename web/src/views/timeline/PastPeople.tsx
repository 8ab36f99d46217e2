import { shortName, toneOf } from '../../model/format';
import { summaryOf } from '../../model/markup';
import { Icon } from '../../ui/Icon';
import { Badge, type BadgeKind } from '../../ui/controls';
import { useWorkspace } from '../workspace/SessionContext';
import { useMoment, useTimeline } from './TimelineContext';
import { useStore } from '../../ui/useStore';

/** Of tasks that had ended, so many are shown. */
const kEndedShown = 5;
const kKinds: Record<string, BadgeKind> = {
  running: 'accent',
  waiting: 'warn',
  paused: 'warn',
  succeeded: 'good',
  failed: 'bad',
};
const kEnded = new Set(['succeeded', 'failed', 'cancelled']);

/** The agents and their tasks as they were. */
export function PastPeople() {
  const { at } = useMoment();
  const names = useWorkspace((state) => state.agents);
  const then = new Map(at.agents.map((agent) => [agent.name, agent]));
  const all = [...new Set([...names.map(({ name }) => name), ...then.keys()])];
  return (
    <section className="panel past-people" aria-label="Agents and tasks, then">
      <div className="panel-head">
        <h2>Agents</h2>
      </div>
      <ul className="agent-list">
        {all.map((name) => {
          const agent = then.get(name);
          return (
            <li
              key={name}
              className="agent"
              data-tone={toneOf(`agent:${name}`)}
              data-state={agent?.state ?? 'idle'}
            >
              <span className="agent-mark" aria-hidden="true">
                {[...name][0]?.toUpperCase()}
              </span>
              <div className="agent-body">
                <div className="agent-line">
                  <strong className="toned">{name}</strong>
                  <span className="grow" />
                  <span className="agent-state" data-testid={`past-agent-${name}`}>
                    {agent?.state ?? 'idle'}
                  </span>
                </div>
                {agent?.task !== undefined && <Prompt task={agent.task} />}
              </div>
            </li>
          );
        })}
      </ul>
      <Tasks />
      <Locks />
    </section>
  );
}

function Prompt({ task }: { task: string }) {
  const prompt = useWorkspace((state) => state.tasks.find(({ id }) => id === task)?.prompt);
  return (
    <div className="agent-line muted truncate">
      {prompt === undefined ? task : summaryOf(prompt)}
    </div>
  );
}

/** Also of files that are not there yet: an agent locks what it is about to write. */
function Locks() {
  const { at } = useMoment();
  if (at.locks.length === 0) return null;
  return (
    <ul className="past-tasks" aria-label="Locks, then">
      {at.locks.map(({ path, mode, holder, token }) => (
        <li key={`${path} ${token}`} className="past-task" data-tone={toneOf(holder)}>
          <Icon name={mode === 'write' ? 'lock' : 'eye'} size={12} />
          <span className="toned">{shortName(holder)}</span>
          <span className="truncate mono">{path}</span>
        </li>
      ))}
    </ul>
  );
}

function Tasks() {
  const { at } = useMoment();
  const filter = useStore(useTimeline().filter);
  const fits = at.tasks.filter(({ agent }) => filter.agent === '' || agent === filter.agent);
  const open = fits.filter(({ state }) => !kEnded.has(state));
  const ended = fits.filter(({ state }) => kEnded.has(state)).slice(-kEndedShown);
  const shown = [...ended, ...open];
  if (shown.length === 0) return null;
  return (
    <ul className="past-tasks" aria-label="Tasks, then">
      {shown.map((task) => (
        <li key={task.id} className="past-task" data-testid={`past-task-${task.id}`}>
          <Badge kind={kKinds[task.state] ?? 'plain'}>{task.state}</Badge>
          <span className="toned" data-tone={toneOf(`agent:${task.agent ?? ''}`)}>
            {task.agent}
          </span>
          <Prompt task={task.id} />
        </li>
      ))}
    </ul>
  );
}
