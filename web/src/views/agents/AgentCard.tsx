import { openFile } from '../../actions/fileActions';
import { openReview } from '../../actions/reviewActions';
import { restartTask } from '../../actions/taskActions';
import { attempt } from '../../actions/toasts';
import { count, duration, plainNames, toneOf, usd } from '../../model/format';
import { summaryOf } from '../../model/markup';
import type { AgentView } from '../../model/state';
import type { TaskInfo } from '../../protocol/entities';
import { Badge, IconButton } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';

/** What an agent does, at what pace and cost, and the buttons that hold it. */
export function AgentCard(props: { agent: AgentView; rate: number; quietMs: number | undefined }) {
  const { agent, quietMs } = props;
  const task = useWorkspace((state) =>
    state.tasks.find(({ id }) => id === (agent.task ?? agent.stuck?.task)),
  );
  const paused = useWorkspace((state) =>
    state.tasks.find((each) => each.agent === agent.name && each.state === 'paused'),
  );
  const queued = useWorkspace(
    (state) =>
      state.tasks.filter((other) => other.agent === agent.name && other.state === 'queued').length,
  );
  const active = agent.task === undefined ? undefined : task;
  return (
    <li
      className="agent"
      data-tone={toneOf(`agent:${agent.name}`)}
      data-state={agent.state}
      data-stuck={agent.stuck !== undefined || quietMs !== undefined}
      data-testid={`agent-${agent.name}`}
    >
      <span className="agent-mark" aria-hidden="true">
        {[...agent.name][0]?.toUpperCase()}
      </span>
      <div className="agent-body">
        <div className="agent-line">
          <strong className="toned">{agent.name}</strong>
          {agent.role !== undefined && <Badge kind="accent">{agent.role}</Badge>}
          <span className="faint truncate mono">{agent.model}</span>
          {agent.simulated && <Badge>simulated</Badge>}
          <span className="grow" />
          {queued > 0 && (
            <span className="faint num" title={`${queued} in its queue`}>
              +{queued}
            </span>
          )}
          <span className="agent-state" data-testid={`agent-state-${agent.name}`}>
            {agent.state}
          </span>
        </div>
        <Trouble agent={agent} quietMs={quietMs} />
        <Doing agent={agent} />
        {task !== undefined && <TaskLine task={task} />}
        {active === undefined && paused !== undefined && <TaskLine task={paused} held />}
        <Pace name={agent.name} rate={props.rate} held={active ?? paused} stuck={task} />
      </div>
    </li>
  );
}

function Trouble({ agent, quietMs }: { agent: AgentView; quietMs: number | undefined }) {
  if (agent.stuck !== undefined) {
    return (
      <div className="agent-line bad-text" data-testid={`stuck-${agent.name}`}>
        stuck in {agent.stuck.doing}: nothing was heard of it
      </div>
    );
  }
  if (quietMs === undefined) return null;
  return <div className="agent-line warn-text">nothing heard for {duration(quietMs)}</div>;
}

function Doing({ agent }: { agent: AgentView }) {
  const session = useSession();
  const path = agent.tool?.path;
  if (agent.waiting !== undefined) {
    const { for: kind, what, done } = agent.waiting;
    const more = done === undefined ? '' : ` · ${done}`;
    const text = `waits for ${kind}: ${plainNames(what)}${more}`;
    return (
      <div className="agent-line warn-text agent-waits" title={text}>
        {text}
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
  if (agent.state === 'failed' && agent.reason !== undefined) {
    return <div className="agent-line bad-text truncate">{agent.reason}</div>;
  }
  return null;
}

function TaskLine({ task, held = false }: { task: TaskInfo; held?: boolean }) {
  return (
    <div className="agent-line">
      {held && <span className="warn-text">paused</span>}
      <button
        type="button"
        className="link truncate"
        title="Review what this task changed"
        onClick={() => openReview(task.id)}
        data-testid={`agent-task-${task.id}`}
      >
        {summaryOf(task.prompt)}
      </button>
    </div>
  );
}

function Pace(props: {
  name: string;
  rate: number;
  held: TaskInfo | undefined;
  stuck: TaskInfo | undefined;
}) {
  const { name, rate, held } = props;
  const session = useSession();
  const spent = useStore(session.spending.agents, (agents) => agents[name]);
  const task = held ?? props.stuck;
  if (spent === undefined && task === undefined) return null;
  return (
    <div className="agent-line agent-pace">
      {rate > 0 && (
        <span className="faint num" title="Read and written within the last minute">
          {count(rate)} tokens/min
        </span>
      )}
      {spent !== undefined && (
        <span className="faint num" title={`${count(spent.tokens)} tokens in all`}>
          {usd(spent.usd)}
          {spent.unpriced > 0 && '+'}
        </span>
      )}
      <span className="grow" />
      {task !== undefined && <Reins task={task} under={held !== undefined} />}
    </div>
  );
}

/** Pauses, lets go on, begins again. */
function Reins({ task, under }: { task: TaskInfo; under: boolean }) {
  const session = useSession();
  const { id, agent } = task;
  const still = task.state === 'paused' || task.pause_requested_by !== undefined;
  return (
    <>
      {under && (
        <IconButton
          icon={still ? 'play' : 'pause'}
          size="small"
          label={still ? `Let ${agent} go on` : `Pause ${agent} after its step under way`}
          onClick={() =>
            attempt(() => session.call(still ? 'tasks.resume' : 'tasks.pause', { id }))
          }
          needs="editor"
          data-testid={`${still ? 'agent-resume' : 'agent-pause'}-${agent}`}
        />
      )}
      <IconButton
        icon="retry"
        size="small"
        label={under ? `Cancel the task of ${agent} and begin it again` : 'Begin the task again'}
        onClick={() => attempt(() => restartTask(session, task))}
        needs="editor"
        data-testid={`agent-restart-${agent}`}
      />
    </>
  );
}
