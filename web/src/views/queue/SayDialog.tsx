import { useState, type FormEvent } from 'react';
import type { WorkspaceSession } from '../../actions/session';
import { summaryOf } from '../../model/markup';
import { imagesOf, wordsWith } from '../../model/pictures';
import { isOver } from '../../model/tasks';
import type { TaskInfo } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { Dialog } from '../../ui/Dialog';
import { DialogFoot } from '../../ui/DialogFoot';
import { Field } from '../../ui/Field';
import { useStore } from '../../ui/useStore';
import { useWork } from '../../ui/useWork';
import { PictureText } from '../pictures/PictureText';
import { usePictures } from '../pictures/usePictures';

/** Says something to the agent of a task under way. */
export function SayDialog(props: { session: WorkspaceSession; id: string; onClose: () => void }) {
  const { session, id, onClose } = props;
  const task = useStore(session.state)?.tasks.find((each) => each.id === id);
  return (
    <Dialog label="Say something to the agent" className="dialog task-dialog" onClose={onClose}>
      {task !== undefined && !isOver(task) ? (
        <Words session={session} task={task} onClose={onClose} />
      ) : (
        <>
          <p>The task has ended meanwhile: send a message, which makes a new one.</p>
          <div className="dialog-actions">
            <Button onClick={onClose}>Close</Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function Words(props: { session: WorkspaceSession; task: TaskInfo; onClose: () => void }) {
  const { session, task, onClose } = props;
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const pictures = usePictures();
  const work = useWork(onClose);
  const agents = session.state.get()?.agents ?? [];
  const text = wordsWith(pictures.list.length, typed).trim();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (text === '') return;
    const said = { id: task.id, text, ...imagesOf(pictures.list) };
    work.start(() => session.call('tasks.steer', said));
  };
  const problem = tried && text === '' ? 'Write what it should know.' : undefined;
  return (
    <form onSubmit={submit} data-testid="say-dialog">
      <h2>Say something to {task.agent}</h2>
      <p className="muted">{summaryOf(task.prompt)}</p>
      <Field
        id="say-text"
        label="Part of its next call of the model, in this task"
        problem={problem}
      >
        <PictureText
          id="say-text"
          rows={3}
          enterSubmits
          value={typed}
          problem={problem}
          pictures={pictures}
          agents={agents.filter(({ name }) => name === task.agent)}
          onChange={setTyped}
        />
      </Field>
      <DialogFoot
        work={work}
        submit="Send"
        testId="say-submit"
        disabled={pictures.reading > 0}
        onCancel={onClose}
      />
    </form>
  );
}
