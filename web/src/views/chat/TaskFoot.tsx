import { ask } from '../../actions/prompts';
import { openReview } from '../../actions/reviewActions';
import type { Spent } from '../../actions/spending';
import { askWhatToSay, stopTask } from '../../actions/taskActions';
import { count, usd } from '../../model/format';
import { isOver } from '../../model/tasks';
import type { TaskInfo } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';

/** What came of the task that an answer ends: its cost, its changes, the answers of others. */
export function AnswerFoot({ id }: { id: string }) {
  const session = useSession();
  const task = useWorkspace((state) => state.tasks.find((each) => each.id === id));
  const spent = useStore(session.spending.tasks, (tasks) => tasks[id]);
  const group = task?.group;
  return (
    <footer className="message-foot">
      {spent !== undefined && <Cost spent={spent} />}
      <span className="grow" />
      {group !== undefined && (
        <Button size="small" variant="ghost" onClick={() => ask({ kind: 'answers', group })}>
          Compare
        </Button>
      )}
      <Button
        size="small"
        variant="ghost"
        onClick={() => openReview(id)}
        data-testid={`chat-review-${id}`}
      >
        Review
      </Button>
    </footer>
  );
}

export function Cost({ spent }: { spent: Spent }) {
  const unpriced = spent.unpriced > 0;
  return (
    <span
      className="faint num"
      title={unpriced ? `${spent.unpriced} calls have no known price` : 'By the server’s books'}
      data-testid="message-cost"
    >
      {count(spent.tokens)} tokens · {usd(spent.usd)}
      {unpriced && '+'}
    </span>
  );
}

/** Stops or steers the task while its agent is at it. */
export function TaskReins({ task }: { task: TaskInfo }) {
  const session = useSession();
  if (isOver(task)) return null;
  return (
    <footer className="message-foot">
      <Button
        size="small"
        variant="ghost"
        icon="chat"
        onClick={() => askWhatToSay(task)}
        needs="editor"
        data-testid={`chat-steer-${task.id}`}
      >
        Steer
      </Button>
      <Button
        size="small"
        variant="ghost"
        icon="close"
        onClick={() => stopTask(session, task)}
        needs="editor"
        data-testid={`chat-stop-${task.id}`}
      >
        Stop
      </Button>
    </footer>
  );
}
