import type { PointerEvent } from 'react';
import { showPanel } from '../../actions/layout';
import type { Blocked } from '../../model/blocked';
import { age, ago, toneOf, usd } from '../../model/format';
import { standsInLine } from '../../model/lanes';
import { summaryOf } from '../../model/markup';
import type { TaskInfo } from '../../protocol/entities';
import { Badge, IconButton, type BadgeKind } from '../../ui/controls';
import { TaskTools } from '../activity/TaskTools';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { MoveHandle } from './MoveHandle';
import type { TaskMove } from './useTaskMove';

const KINDS: Record<TaskInfo['state'], BadgeKind> = {
  queued: 'plain',
  running: 'accent',
  waiting: 'warn',
  paused: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'plain',
};

/** How a card stands to the one that a person points at. */
export type Relation = 'itself' | 'needed' | 'needs' | undefined;

export function TaskCard(props: {
  task: TaskInfo;
  blocked: Blocked | undefined;
  relation: Relation;
  move: TaskMove;
  gapBefore: boolean;
  onPress: (task: TaskInfo, event: PointerEvent<HTMLElement>) => void;
  onPoint: (id: string | null) => void;
}) {
  const { task, blocked, relation, move, gapBefore, onPress, onPoint } = props;
  const { id, agent, state, prompt, error } = task;
  const text = typeof error === 'string' ? error : error?.message;
  const inLine = standsInLine(task);
  return (
    <li
      className="task"
      data-card={id}
      data-tone={toneOf(`agent:${agent}`)}
      data-state={state}
      data-in-line={inLine || undefined}
      data-gap={gapBefore || undefined}
      data-relation={relation}
      data-taken={move.grab?.task.id === id || undefined}
      data-testid={`task-${id}`}
      onPointerDown={(event) => inLine && onPress(task, event)}
      onPointerEnter={() => onPoint(id)}
      onPointerLeave={() => onPoint(null)}
      onFocus={() => onPoint(id)}
      onBlur={() => onPoint(null)}
    >
      {inLine && <MoveHandle task={task} move={move} />}
      <div className="task-body">
        <div className="task-line">
          <Badge kind={KINDS[state]}>{state}</Badge>
          <span className="truncate grow" title={prompt}>
            {task.worktree !== undefined && <Apart task={task} />}
            {summaryOf(prompt)}
          </span>
        </div>
        {text !== undefined && <p className="bad-text task-note">{text}</p>}
        <Why task={task} blocked={blocked} />
        <div className="task-line task-foot">
          <Facts task={task} />
          <WaitTools task={task} />
          <TaskTools task={task} />
        </div>
      </div>
    </li>
  );
}

function Why({ task, blocked }: { task: TaskInfo; blocked: Blocked | undefined }) {
  const { id, pause_requested_by: by, waits_for: waits, state, steering } = task;
  return (
    <>
      {by !== undefined && <p className="warn-text task-note">stands still after this step</p>}
      {by === undefined && blocked !== undefined && (
        <p
          className={state === 'queued' ? 'muted task-note' : 'warn-text task-note'}
          title={waits ?? blocked.text}
          data-testid={`waits-${id}`}
        >
          {blocked.text}
        </p>
      )}
      {steering !== undefined && <p className="faint task-note">{steering.length} not heard yet</p>}
    </>
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

function Facts({ task }: { task: TaskInfo }) {
  const at = task.finished_at ?? task.started_at ?? task.created_at;
  const depends = task.depends_on?.length ?? 0;
  return (
    <span className="task-facts faint num grow">
      <span title="Priority: 9 goes first">P{task.priority}</span>
      {task.attempt > 1 && <span>try {task.attempt}</span>}
      {depends > 0 && <span title="Tasks that must succeed first">after {depends}</span>}
      {task.budget_usd !== undefined && (
        <span title="What it may cost">≤ {usd(task.budget_usd)}</span>
      )}
      <time dateTime={at} title={ago(at, Date.now())}>
        {age(at, Date.now())}
      </time>
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
