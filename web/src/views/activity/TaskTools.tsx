import type { ComponentProps } from 'react';
import { ask } from '../../actions/prompts';
import { openReview } from '../../actions/reviewActions';
import { askWhatToSay } from '../../actions/taskActions';
import { attempt } from '../../actions/toasts';
import { mayDepend } from '../../model/dependencies';
import { isOver } from '../../model/tasks';
import type { TaskInfo } from '../../protocol/entities';
import { IconButton } from '../../ui/controls';
import { useSession } from '../workspace/SessionContext';
import { UndoTool } from './UndoTool';
import { WorktreeTool } from './WorktreeTool';

type TaskMethod = 'tasks.cancel' | 'tasks.retry' | 'tasks.promote' | 'tasks.pause' | 'tasks.resume';

/** A button of somebody who works here. */
function Tool(props: ComponentProps<typeof IconButton>) {
  return <IconButton size="small" needs="editor" {...props} />;
}

/** What a person can do with a task in its state. */
export function TaskTools({ task }: { task: TaskInfo }) {
  const session = useSession();
  const { id, state, group } = task;
  const held = state === 'paused' || task.pause_requested_by !== undefined;
  const over = isOver(task);
  const call = (method: TaskMethod): void => attempt(() => session.call(method, { id }));
  return (
    <span className="task-tools">
      {state === 'queued' && (
        <Tool
          icon="up"
          label="Promote: next in line"
          onClick={() => call('tasks.promote')}
          data-testid={`promote-${id}`}
        />
      )}
      {mayDepend(task) && (
        <Tool
          icon="chain"
          label="Choose what it waits for"
          onClick={() => ask({ kind: 'depends', id })}
          data-testid={`depends-${id}`}
        />
      )}
      {group !== undefined && <CompareTool id={id} group={group} />}
      {!over && (
        <Tool
          icon="chat"
          label="Say something to its agent"
          onClick={() => askWhatToSay(task)}
          data-testid={`steer-${id}`}
        />
      )}
      {!over && (
        <Tool
          icon={held ? 'play' : 'pause'}
          label={held ? 'Let the task go on' : 'Pause the task after its step under way'}
          onClick={() => call(held ? 'tasks.resume' : 'tasks.pause')}
          data-testid={`${held ? 'resume' : 'pause'}-${id}`}
        />
      )}
      {!over && (
        <Tool
          icon="close"
          label="Cancel the task"
          onClick={() => call('tasks.cancel')}
          data-testid={`cancel-${id}`}
        />
      )}
      {state !== 'queued' && <ReviewTool id={id} />}
      <WorktreeTool task={task} />
      {over && <UndoTool task={task} />}
      {(state === 'failed' || state === 'cancelled') && (
        <Tool
          icon="retry"
          label="Try again"
          onClick={() => call('tasks.retry')}
          data-testid={`retry-${id}`}
        />
      )}
    </span>
  );
}

function ReviewTool({ id }: { id: string }) {
  return (
    <IconButton
      icon="eye"
      size="small"
      label="Review what it changed"
      onClick={() => openReview(id)}
      data-testid={`review-${id}`}
    />
  );
}

function CompareTool({ id, group }: { id: string; group: string }) {
  return (
    <IconButton
      icon="list"
      size="small"
      label="Compare the answers side by side"
      onClick={() => ask({ kind: 'answers', group })}
      data-testid={`compare-${id}`}
    />
  );
}
