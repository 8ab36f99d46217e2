import { useEffect, useState } from 'react';
import { showToast } from '../../actions/toasts';
import { summaryOf } from '../../model/markup';
import { isOver } from '../../model/tasks';
import { diffLines } from '../../model/worktrees';
import { asFailure, type Failure } from '../../net/failure';
import type { TaskInfo, WorktreeInfo } from '../../protocol/entities';
import { Dialog } from '../../ui/Dialog';
import { Button, Problem } from '../../ui/controls';
import { useSession } from '../workspace/SessionContext';

/** The difference of the copy as it is, taken anew as it changes. */
function useDiff(worktree: WorktreeInfo) {
  const session = useSession();
  const [diff, setDiff] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    let wanted = true;
    session.call('worktrees.diff', { task: worktree.task }).then(
      (answer) => wanted && setDiff(answer.diff),
      (thrown: unknown) => wanted && setFailure(asFailure(thrown)),
    );
    return () => {
      wanted = false;
    };
  }, [session, worktree]);
  return { diff, failure, setFailure };
}

/** What a task did in its own copy, and the buttons that bring it in or throw it away. */
export function WorktreeDialog(props: {
  task: TaskInfo;
  worktree: WorktreeInfo;
  onClose: () => void;
}) {
  const { task, worktree, onClose } = props;
  const session = useSession();
  const { diff, failure, setFailure } = useDiff(worktree);
  const [busy, setBusy] = useState(false);
  const act = (work: Promise<string>): void => {
    setBusy(true);
    setFailure(null);
    work.then(
      (text) => {
        showToast({ tone: 'success', text });
        onClose();
      },
      (thrown: unknown) => {
        setFailure(asFailure(thrown));
        setBusy(false);
      },
    );
  };
  const merge = async (): Promise<string> => {
    const { merged, paths, conflicts } = await session.call('worktrees.merge', { task: task.id });
    if (merged) return `${paths.length} ${paths.length === 1 ? 'file' : 'files'} merged`;
    return `${task.agent} now decides about ${conflicts.map(({ path }) => path).join(', ')}`;
  };
  const discard = async (): Promise<string> => {
    await session.call('worktrees.discard', { task: task.id });
    return 'The copy is gone; the log keeps what was in it.';
  };
  const blocked = busy || !isOver(task);
  return (
    <Dialog label="What it did in its own copy" onClose={onClose}>
      <div className="dialog-body">
        <h2>{task.agent} worked in a copy of its own</h2>
        <p className="muted">{summaryOf(task.prompt)}</p>
        {diff === null && failure === null && <p className="faint">Comparing…</p>}
        {diff === '' && <p>It has changed nothing so far.</p>}
        {diff !== null && diff !== '' && <DiffView diff={diff} />}
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        {!isOver(task) && <p className="faint">It can be merged once the task has ended.</p>}
        <div className="dialog-actions">
          <Button variant="ghost" onClick={onClose}>
            Close
          </Button>
          <Button
            needs="editor"
            variant="danger"
            disabled={blocked}
            onClick={() => act(discard())}
            data-testid="worktree-discard"
          >
            Discard
          </Button>
          <Button
            needs="editor"
            variant="primary"
            disabled={blocked}
            onClick={() => act(merge())}
            data-testid="worktree-merge"
          >
            Merge
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function DiffView({ diff }: { diff: string }) {
  return (
    <pre className="diff" tabIndex={0} aria-label="Changes" data-testid="worktree-diff">
      {diffLines(diff).map(({ kind, text }, line) => (
        <span key={line} data-kind={kind}>
          {text}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
