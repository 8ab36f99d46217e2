import { useState, type FormEvent } from 'react';
import { isOver } from '../../model/tasks';
import { imagesOf, wordsWith } from '../../model/pictures';
import { problemsOf, submissionOf, type Draft } from '../../model/submission';
import { Dialog } from '../../ui/Dialog';
import { DialogFoot } from '../../ui/DialogFoot';
import { Field, SelectField, TextField } from '../../ui/Field';
import { useWork } from '../../ui/useWork';
import { PictureText } from '../pictures/PictureText';
import { usePictures, type Pictures } from '../pictures/usePictures';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { DependencyPicker } from './DependencyPicker';

const PRIORITIES = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

/** A task with all that it can have; a plain one is quicker written in the chat. */
export function SubmitDialog(props: {
  initial: { agent?: string; after?: string[] };
  onClose: () => void;
}) {
  const session = useSession();
  const tasks = useWorkspace((state) => state.tasks);
  const [draft, setDraft] = useState<Draft>({
    agent: props.initial.agent ?? 'auto',
    prompt: '',
    priority: 5,
    after: props.initial.after ?? [],
    budget: '',
    worktree: 'none',
  });
  const [tried, setTried] = useState(false);
  const pictures = usePictures();
  const work = useWork(props.onClose);
  const made = { ...draft, prompt: wordsWith(pictures.list.length, draft.prompt) };
  const problems = problemsOf(made);
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length > 0) return;
    const images = imagesOf(pictures.list);
    work.start(() => session.call('tasks.submit', { ...submissionOf(made), ...images }));
  };

  return (
    <Dialog label="New task" className="dialog task-dialog" onClose={props.onClose}>
      <form onSubmit={submit} data-testid="task-dialog">
        <h2>New task</h2>
        <Prompt
          draft={draft}
          problem={tried ? problems.prompt : undefined}
          pictures={pictures}
          change={change}
        />
        <div className="field-row">
          <Whom draft={draft} change={change} />
          <Money draft={draft} problem={problems.budget} change={change} />
        </div>
        <Where draft={draft} change={change} />
        <DependencyPicker
          tasks={tasks.filter((task) => !isOver(task))}
          chosen={draft.after}
          onChange={(after) => change({ after })}
        />
        {problems.after !== undefined && <p className="bad-text field-note">{problems.after}</p>}
        <DialogFoot
          work={work}
          submit="Give the task"
          testId="task-submit"
          disabled={pictures.reading > 0}
          onCancel={props.onClose}
        />
      </form>
    </Dialog>
  );
}

interface FieldProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

function Prompt(props: FieldProps & { problem: string | undefined; pictures: Pictures }) {
  const { draft, change, problem, pictures } = props;
  const agents = useWorkspace((state) => state.agents);
  const meant = agents.filter(({ name }) => draft.agent === name || draft.agent === 'all');
  return (
    <Field id="task-prompt" label="What is to be done" problem={problem}>
      <PictureText
        id="task-prompt"
        rows={4}
        value={draft.prompt}
        problem={problem}
        pictures={pictures}
        agents={meant}
        onChange={(prompt) => change({ prompt })}
      />
    </Field>
  );
}

function Money({ draft, change, problem }: FieldProps & { problem: string | undefined }) {
  return (
    <TextField
      id="task-budget"
      label="Budget in dollars"
      look="num"
      inputMode="decimal"
      placeholder="none"
      value={draft.budget}
      problem={problem}
      onChange={(budget) => change({ budget })}
      data-testid="task-budget"
    />
  );
}

function Where({ draft, change }: FieldProps) {
  return (
    <SelectField
      id="task-where"
      label="Where it works"
      value={draft.worktree}
      onChange={(where) => change({ worktree: where as Draft['worktree'] })}
    >
      <option value="none">In the project, under locks</option>
      <option value="merge">In a copy of its own, merged when it succeeds</option>
      <option value="keep">In a copy of its own, which I merge myself</option>
    </SelectField>
  );
}

function Whom({ draft, change }: FieldProps) {
  const agents = useWorkspace((state) => state.agents);
  return (
    <>
      <SelectField
        id="task-agent"
        label="Agent"
        value={draft.agent}
        onChange={(agent) => change({ agent })}
      >
        <option value="auto">whoever has least to do</option>
        {agents.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
        <option value="all">all of them</option>
      </SelectField>
      <SelectField
        id="task-priority"
        label="Priority"
        value={String(draft.priority)}
        onChange={(priority) => change({ priority: Number(priority) })}
      >
        {PRIORITIES.map((priority) => (
          <option key={priority} value={priority}>
            {priority === 9 ? '9, first' : priority === 5 ? '5, usual' : priority}
          </option>
        ))}
      </SelectField>
    </>
  );
}
