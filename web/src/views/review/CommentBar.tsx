import { useState } from 'react';
import { sendComments } from '../../actions/reviewActions';
import { showFailure } from '../../actions/toasts';
import { isOver } from '../../model/tasks';
import type { TaskChanges, TaskInfo } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { useSession } from '../workspace/SessionContext';

/** Sends everything that is written in one message. */
export function CommentBar(props: { task: TaskInfo; changes: TaskChanges; count: number }) {
  const { task, changes, count } = props;
  const session = useSession();
  const [sending, setSending] = useState(false);
  const send = (): void => {
    setSending(true);
    sendComments(session, task, changes)
      .catch(showFailure)
      .finally(() => setSending(false));
  };
  return (
    <div className="rv-send" data-testid="comment-bar">
      <span>
        {count} {count === 1 ? 'comment' : 'comments'}{' '}
        <span className="faint">
          {isOver(task) ? 'becomes one new task' : 'is said to it while it works'}
        </span>
      </span>
      <span className="grow" />
      <Button
        size="small"
        variant="primary"
        icon="send"
        disabled={sending}
        onClick={send}
        needs="editor"
        data-testid="comments-send"
      >
        Send to @{task.agent}
      </Button>
    </div>
  );
}
