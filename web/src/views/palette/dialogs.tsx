import { useState, type FormEvent } from 'react';
import { closePrompt, type Prompt } from '../../actions/prompts';
import { asFailure, type Failure } from '../../net/failure';
import { Dialog } from '../../ui/Dialog';
import { Button, Problem } from '../../ui/controls';

type Asks<Kind extends Prompt['kind']> = Extract<Prompt, { kind: Kind }>;

/** Closes when the work succeeds; stays open and says why when it does not. */
function useWork(): {
  busy: boolean;
  failure: Failure | null;
  start: (work: () => Promise<unknown>) => void;
} {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const start = (work: () => Promise<unknown>): void => {
    setBusy(true);
    setFailure(null);
    work().then(closePrompt, (thrown: unknown) => {
      setFailure(asFailure(thrown));
      setBusy(false);
    });
  };
  return { busy, failure, start };
}

export function NameDialog({ prompt }: { prompt: Asks<'name'> }) {
  const [value, setValue] = useState(prompt.initial);
  const { busy, failure, start } = useWork();
  const problem = prompt.check(value);
  const touched = value !== prompt.initial;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (problem === undefined && !busy) start(() => prompt.run(value));
  };
  return (
    <Dialog label={prompt.title} onClose={closePrompt}>
      <form onSubmit={submit}>
        <h2>{prompt.title}</h2>
        <div className="field">
          <label htmlFor="prompt-name">{prompt.label}</label>
          <input
            id="prompt-name"
            className="input mono"
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={value}
            aria-invalid={touched && problem !== undefined}
            aria-describedby="prompt-problem"
            onChange={(event) => setValue(event.target.value)}
            data-testid="prompt-name"
          />
          <span id="prompt-problem" className="bad-text field-note">
            {touched ? problem : ''}
          </span>
        </div>
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        <div className="dialog-actions">
          <Button variant="ghost" onClick={closePrompt}>
            Cancel
          </Button>
          <Button
            type="submit"
            variant="primary"
            disabled={busy || problem !== undefined}
            data-testid="prompt-submit"
          >
            {prompt.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

export function ConfirmDialog({ prompt }: { prompt: Asks<'confirm'> }) {
  const { busy, failure, start } = useWork();
  return (
    <Dialog label={prompt.title} onClose={closePrompt}>
      <div className="dialog-body">
        <h2>{prompt.title}</h2>
        <p className="muted">{prompt.text}</p>
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        <div className="dialog-actions">
          <Button variant="ghost" onClick={closePrompt} autoFocus>
            Cancel
          </Button>
          <Button
            variant="danger"
            disabled={busy}
            onClick={() => start(prompt.run)}
            data-testid="confirm-submit"
          >
            {prompt.submit}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
