import { useEffect, useState } from 'react';
import { showToast } from '../../actions/toasts';
import { summaryOf } from '../../model/markup';
import { asFailure, type Failure } from '../../net/failure';
import type { RefusedPlace, TaskChanges, TaskHunk, TaskInfo } from '../../protocol/entities';
import { Dialog } from '../../ui/Dialog';
import { Button, Problem } from '../../ui/controls';
import { useSession } from '../workspace/SessionContext';

/** What a task changed and what is left of it, and the button that takes it back. */
export function UndoDialog({ task, onClose }: { task: TaskInfo; onClose: () => void }) {
  const session = useSession();
  const [changes, setChanges] = useState<TaskChanges | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let wanted = true;
    session.call('tasks.changes', { id: task.id }).then(
      (answer) => wanted && setChanges(answer),
      (thrown: unknown) => wanted && setFailure(asFailure(thrown)),
    );
    return () => {
      wanted = false;
    };
  }, [session, task.id]);
  const undo = (): void => {
    setBusy(true);
    setFailure(null);
    // The person has seen which places stay.
    const conflicts = changes?.refused.length === 0 ? 'refuse' : 'skip';
    session.call('tasks.revert', { id: task.id, conflicts }).then(
      ({ changed }) => {
        showToast({
          tone: 'success',
          text: `${changed} ${changed === 1 ? 'file' : 'files'} as before the task of ${task.agent}`,
          hint: 'The checkpoint before it brings the changes back.',
        });
        onClose();
      },
      (thrown: unknown) => {
        setFailure(asFailure(thrown));
        setBusy(false);
      },
    );
  };
  const nothing = changes !== null && changes.files.length === 0;
  return (
    <Dialog label="Undo this task" onClose={onClose}>
      <div className="dialog-body">
        <h2>Undo this task of {task.agent}</h2>
        <p className="muted">{summaryOf(task.prompt)}</p>
        {changes === null && failure === null && <p className="faint">Comparing…</p>}
        {nothing && changes.refused.length === 0 && (
          <p>Nothing that it changed is left in the project.</p>
        )}
        {changes !== null && <Changes changes={changes} />}
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        <div className="dialog-actions">
          <Button variant="ghost" onClick={onClose}>
            Keep
          </Button>
          <Button
            needs="editor"
            variant="danger"
            disabled={busy || changes === null || nothing}
            onClick={undo}
            data-testid="undo-confirm"
          >
            Undo
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Changes({ changes }: { changes: TaskChanges }) {
  return (
    <div className="undo-changes" tabIndex={0} role="group" aria-label="What would change">
      {changes.files.map((file) => (
        <section key={file.path} aria-label={file.path}>
          <h3 className="mono">{file.path}</h3>
          {file.hunks.map((hunk) => (
            <HunkView key={hunk.id} hunk={hunk} />
          ))}
        </section>
      ))}
      {changes.refused.map((place) => (
        <p key={`${place.path}:${place.from_line ?? 0}`} className="warn-text">
          {nameOf(place)} stays: {place.why}
        </p>
      ))}
    </div>
  );
}

const kWords: Record<TaskHunk['kind'], string> = {
  lines: '',
  created: 'The file goes.',
  removed: 'The file comes back.',
  renamed: 'Its name is as before.',
  mode: 'Its mode is as before.',
  content: 'Its content is as before.',
};

/** The lines that go, in red, and those that come back in their place, in green. */
function HunkView({ hunk }: { hunk: TaskHunk }) {
  return (
    <>
      {hunk.kind !== 'lines' && <p className="faint">{kWords[hunk.kind]}</p>}
      {hunk.added !== undefined && (
        <pre className="approval-text" data-change="removed">
          {hunk.added}
        </pre>
      )}
      {hunk.removed !== undefined && (
        <pre className="approval-text" data-change="added">
          {hunk.removed}
        </pre>
      )}
    </>
  );
}

function nameOf({ path, from_line: from, to_line: to }: RefusedPlace): string {
  if (from === undefined) return path;
  return from === to ? `${path}:${from}` : `${path}:${from}-${to}`;
}
