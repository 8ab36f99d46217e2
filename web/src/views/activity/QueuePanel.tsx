import { useMemo, useState } from 'react';
import { showPanel } from '../../actions/layout';
import { ago, toneOf } from '../../model/format';
import { summaryOf } from '../../model/markup';
import { inQueueOrder } from '../../model/tasks';
import type { TaskInfo } from '../../protocol/entities';
import { Badge, Empty, IconButton, type BadgeKind } from '../../ui/controls';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { TaskTools } from './TaskTools';

const kShownMax = 200;

const KINDS: Record<TaskInfo['state'], BadgeKind> = {
  queued: 'plain',
  running: 'accent',
  waiting: 'warn',
  paused: 'warn',
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
  if (task.pause_requested_by !== undefined) {
    return <span className="warn-text"> stands still after this step</span>;
  }
  if (task.waits_for === undefined || task.state === 'paused') return null;
  return (
    <span className="warn-text" title={task.waits_for} data-testid={`waits-${task.id}`}>
      {' '}
      waits for {task.waits_for}
    </span>
  );
}

function Apart({ task }: { task: TaskInfo }) {
  const merged = task.worktree === 'merge';
  return (
    <span
      className="task-apart"
      title={
        merged ? 'In a copy of its own, merged at its end' : 'In a copy of its own, which stays'
      }
    >
      own copy{' '}
    </span>
  );
}

/** What a person can do about the wait: raise the budget, answer what is asked. */
function WaitTools({ task: { id, waits_for: waits = '' } }: { task: TaskInfo }) {
  const { layout } = useSession();
  // A wait for a lock is asked about once it has lasted too long.
  const asked = useWorkspace((state) => state.approvals.some(({ task }) => task === id));
  if (waits.startsWith('budget:')) {
    return (
      <IconButton
        icon="coin"
        size="small"
        label="Show the budgets, to raise one"
        onClick={() => showPanel(layout, 'cost')}
        data-testid={`raise-${id}`}
      />
    );
  }
  if (!waits.startsWith('approval:') && !asked) return null;
  return (
    <IconButton
      icon="check"
      size="small"
      label="Show what it asks for, to answer"
      onClick={() => showPanel(layout, 'approvals')}
      data-testid={`answer-${id}`}
    />
  );
}

function TaskRow({ task }: { task: TaskInfo }) {
  const { id, agent, state, priority, prompt, attempt: tries, error } = task;
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
        {task.worktree !== undefined && <Apart task={task} />}
        {summaryOf(prompt)}
        {text !== undefined && <span className="bad-text"> {text}</span>}
        <Waits task={task} />
        {task.steering !== undefined && (
          <span className="faint"> {task.steering.length} not heard yet</span>
        )}
      </span>
      <WaitTools task={task} />
      {tries > 1 && <span className="faint num">try {tries}</span>}
      <span className="faint num wide-only" title="Priority: 9 goes first">
        P{priority}
      </span>
      <time className="faint num wide-only" dateTime={at}>
        {ago(at, Date.now())}
      </time>
      <TaskTools task={task} />
    </li>
  );
}
