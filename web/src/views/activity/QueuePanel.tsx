import { useMemo, useState } from 'react';
import { dock } from '../../actions/preferences';
import { attempt } from '../../actions/toasts';
import { ago, toneOf } from '../../model/format';
import { summaryOf } from '../../model/markup';
import { inQueueOrder, isOver } from '../../model/tasks';
import type { TaskInfo } from '../../protocol/entities';
import { Badge, Empty, IconButton, type BadgeKind } from '../../ui/controls';
import { useSession, useWorkspace } from '../workspace/SessionContext';

const kShownMax = 200;

const KINDS: Record<TaskInfo['state'], BadgeKind> = {
  queued: 'plain',
  running: 'accent',
  waiting: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'plain',
};

export function QueuePanel() {
  const tasks = useWorkspace((state) => state.tasks);
  const agents = useWorkspace((state) => state.agents);
  const [agent, setAgent] = useState('');
  const ordered = useMemo(
    () => inQueueOrder(tasks.filter((task) => agent === '' || task.agent === agent)),
    [tasks, agent],
  );
  if (tasks.length === 0) {
    return (
      <Empty icon="list" title="No task yet">
        A message to an agent becomes a task in its queue. Higher priority goes first; you can
        cancel, retry or promote.
      </Empty>
    );
  }
  return (
    <div className="queue">
      <div className="filters">
        <select
          className="select"
          aria-label="Agent"
          value={agent}
          onChange={(event) => setAgent(event.target.value)}
        >
          <option value="">All agents</option>
          {agents.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <ul className="queue-list" tabIndex={0} aria-label="Tasks">
        {ordered.slice(0, kShownMax).map((task) => (
          <TaskRow key={task.id} task={task} />
        ))}
      </ul>
    </div>
  );
}

function Waits({ task }: { task: TaskInfo }) {
  if (task.waits_for === undefined) return null;
  return (
    <span className="warn-text" title={task.waits_for} data-testid={`waits-${task.id}`}>
      {' '}
      waits for {task.waits_for}
    </span>
  );
}

/** What a person can do about the wait: raise the budget, answer what is asked. */
function WaitTools({ task: { id, waits_for: waits = '' } }: { task: TaskInfo }) {
  if (waits.startsWith('budget:')) {
    return (
      <IconButton
        icon="coin"
        size="small"
        label="Show the budgets, to raise one"
        onClick={() => dock.set({ tab: 'cost', open: true })}
        data-testid={`raise-${id}`}
      />
    );
  }
  if (!waits.startsWith('approval:')) return null;
  return (
    <IconButton
      icon="check"
      size="small"
      label="Show what it asks for, to answer"
      onClick={() => dock.set({ tab: 'approvals', open: true })}
      data-testid={`answer-${id}`}
    />
  );
}

function TaskRow({ task }: { task: TaskInfo }) {
  const session = useSession();
  const { id, agent, state, priority, prompt, attempt: tries, error } = task;
  const call = (method: 'tasks.cancel' | 'tasks.retry' | 'tasks.promote'): void =>
    attempt(() => session.call(method, { id }));
  const text = typeof error === 'string' ? error : error?.message;
  const at = task.finished_at ?? task.started_at ?? task.created_at;
  return (
    <li
      className="task"
      data-tone={toneOf(`agent:${agent}`)}
      data-state={state}
      data-testid={`task-${id}`}
    >
      <Badge kind={KINDS[state]}>{state}</Badge>
      <span className="toned task-agent truncate">{agent}</span>
      <span className="truncate grow" title={prompt}>
        {summaryOf(prompt)}
        {text !== undefined && <span className="bad-text"> {text}</span>}
        <Waits task={task} />
      </span>
      <WaitTools task={task} />
      {tries > 1 && <span className="faint num">try {tries}</span>}
      <span className="faint num wide-only" title="Priority: 9 goes first">
        P{priority}
      </span>
      <time className="faint num wide-only" dateTime={at}>
        {ago(at, Date.now())}
      </time>
      <span className="task-tools">
        {state === 'queued' && (
          <IconButton
            icon="up"
            size="small"
            label="Promote: next in line"
            onClick={() => call('tasks.promote')}
            data-testid={`promote-${id}`}
          />
        )}
        {!isOver(task) && (
          <IconButton
            icon="close"
            size="small"
            label="Cancel the task"
            onClick={() => call('tasks.cancel')}
            data-testid={`cancel-${id}`}
          />
        )}
        {(state === 'failed' || state === 'cancelled') && (
          <IconButton
            icon="retry"
            size="small"
            label="Try again"
            onClick={() => call('tasks.retry')}
            data-testid={`retry-${id}`}
          />
        )}
      </span>
    </li>
  );
}
