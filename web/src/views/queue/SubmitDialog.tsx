import { useState, type FormEvent } from 'react';
import { isOver } from '../../model/tasks';
import { problemsOf, submissionOf, type Draft } from '../../model/submission';
import { asFailure, type Failure } from '../../net/failure';
import { Dialog } from '../../ui/Dialog';
import { Button, Problem, Spinner } from '../../ui/controls';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { DependencyPicker } from './DependencyPicker';

const PRIORITIES = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

/** A task with all that it can have; a plain one is quicker written in the chat. */
export function SubmitDialog(props: {
  initial: { agent?: string; after?: string[] };
  onClose: () => void;
}) {
  const session = useSession();
  const agents = useWorkspace((state) => state.agents);
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
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const problems = problemsOf(draft);
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (busy || Object.keys(problems).length > 0) return;
    setBusy(true);
    setFailure(null);
    session.call('tasks.submit', submissionOf(draft)).then(props.onClose, (thrown: unknown) => {
      setFailure(asFailure(thrown));
      setBusy(false);
    });
  };

  return (
    <Dialog label="New task" className="dialog task-dialog" onClose={props.onClose}>
      <form onSubmit={submit} data-testid="task-dialog">
        <h2>New task</h2>
        <Prompt draft={draft} problem={tried ? problems.prompt : undefined} change={change} />
        <div className="field-row">
          <div className="field">
            <label htmlFor="task-agent">Agent</label>
            <select
              id="task-agent"
              className="select"
              value={draft.agent}
              onChange={(event) => change({ agent: event.target.value })}
            >
              <option value="auto">whoever has least to do</option>
              {agents.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
              <option value="all">all of them</option>
            </select>
          </div>
          <div className="field">
            <label htmlFor="task-priority">Priority</label>
            <select
              id="task-priority"
              className="select"
              value={draft.priority}
              onChange={(event) => change({ priority: Number(event.target.value) })}
            >
              {PRIORITIES.map((priority) => (
                <option key={priority} value={priority}>
                  {priority === 9 ? '9, first' : priority === 5 ? '5, usual' : priority}
                </option>
              ))}
            </select>
          </div>
          <Money draft={draft} problem={problems.budget} change={change} />
        </div>
        <Where draft={draft} change={change} />
        <DependencyPicker
          tasks={tasks.filter((task) => !isOver(task))}
          chosen={draft.after}
          onChange={(after) => change({ after })}
        />
        {problems.after !== undefined && <p className="bad-text field-note">{problems.after}</p>}
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        <div className="dialog-actions">
          <Button variant="ghost" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" variant="primary" disabled={busy} data-testid="task-submit">
            {busy && <Spinner label="Working" />}
            Give the task
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
}

function Prompt({ draft, change, problem }: FieldProps & { problem: string | undefined }) {
  return (
    <div className="field">
      <label htmlFor="task-prompt">What is to be done</label>
      <textarea
        id="task-prompt"
        className="input task-prompt"
        autoFocus
        rows={4}
        value={draft.prompt}
        aria-invalid={problem !== undefined}
        aria-describedby="task-prompt-problem"
        onChange={(event) => change({ prompt: event.target.value })}
        data-testid="task-prompt"
      />
      <span id="task-prompt-problem" className="bad-text field-note">
        {problem}
      </span>
    </div>
  );
}

function Money({ draft, change, problem }: FieldProps & { problem: string | undefined }) {
  return (
    <div className="field">
      <label htmlFor="task-budget">Budget in dollars</label>
      <input
        id="task-budget"
        className="input num"
        inputMode="decimal"
        autoComplete="off"
        placeholder="none"
        value={draft.budget}
        aria-invalid={problem !== undefined}
        aria-describedby="task-budget-problem"
        onChange={(event) => change({ budget: event.target.value })}
        data-testid="task-budget"
      />
      <span id="task-budget-problem" className="bad-text field-note">
        {problem}
      </span>
    </div>
  );
}

function Where({ draft, change }: FieldProps) {
  return (
    <div className="field">
      <label htmlFor="task-where">Where it works</label>
      <select
        id="task-where"
        className="select"
        value={draft.worktree}
        onChange={(event) => change({ worktree: event.target.value as Draft['worktree'] })}
      >
        <option value="none">In the project, under locks</option>
        <option value="merge">In a copy of its own, merged when it succeeds</option>
        <option value="keep">In a copy of its own, which I merge myself</option>
      </select>
    </div>
  );
}
