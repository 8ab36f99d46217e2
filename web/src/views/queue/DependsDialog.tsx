import { useState, type FormEvent } from 'react';
import type { WorkspaceSession } from '../../actions/session';
import { candidatesFor, mayDepend } from '../../model/dependencies';
import { summaryOf } from '../../model/markup';
import type { TaskInfo } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { Dialog } from '../../ui/Dialog';
import { DialogFoot } from '../../ui/DialogFoot';
import { useStore } from '../../ui/useStore';
import { useWork } from '../../ui/useWork';
import { DependencyPicker } from './DependencyPicker';

/** Says anew what a task waits for. */
export function DependsDialog(props: {
  session: WorkspaceSession;
  id: string;
  onClose: () => void;
}) {
  const { session, id, onClose } = props;
  const tasks = useStore(session.state)?.tasks ?? [];
  const task = tasks.find((each) => each.id === id);
  return (
    <Dialog label="What the task waits for" className="dialog task-dialog" onClose={onClose}>
      {task !== undefined && mayDepend(task) ? (
        <Choice session={session} task={task} tasks={tasks} onClose={onClose} />
      ) : (
        <>
          <p>The task has begun or is gone meanwhile: it waits for no other task any more.</p>
          <div className="dialog-actions">
            <Button onClick={onClose}>Close</Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function Choice(props: {
  session: WorkspaceSession;
  task: TaskInfo;
  tasks: TaskInfo[];
  onClose: () => void;
}) {
  const { session, task, tasks, onClose } = props;
  const work = useWork(onClose);
  const [chosen, setChosen] = useState(task.depends_on ?? []);
  const candidates = candidatesFor(task, tasks);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // What is known no more has ended long ago, and nobody can wait for it.
    const known = chosen.filter((each) => tasks.some(({ id }) => id === each));
    work.start(() => session.call('tasks.depend', { id: task.id, depends_on: known }));
  };
  return (
    <form onSubmit={submit} data-testid="depends-dialog">
      <h2>What it waits for</h2>
      <p className="muted">
        {task.agent}: {summaryOf(task.prompt)}
      </p>
      <DependencyPicker tasks={candidates} chosen={chosen} onChange={setChosen} />
      <DialogFoot work={work} submit="Set" testId="depends-submit" onCancel={onClose} />
    </form>
  );
}
