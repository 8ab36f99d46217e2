import { useState, type FormEvent } from 'react';
import { closePrompt, type Prompt } from '../../actions/prompts';
import { Dialog } from '../../ui/Dialog';
import { DialogFoot } from '../../ui/DialogFoot';
import { TextField } from '../../ui/Field';
import { useWork } from '../../ui/useWork';
import { Button, Problem } from '../../ui/controls';

type Asks<Kind extends Prompt['kind']> = Extract<Prompt, { kind: Kind }>;

export function NameDialog({ prompt }: { prompt: Asks<'name'> }) {
  const [value, setValue] = useState(prompt.initial);
  const work = useWork(closePrompt);
  const problem = prompt.check(value);
  const touched = value !== prompt.initial;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (problem === undefined) work.start(() => prompt.run(value));
  };
  return (
    <Dialog label={prompt.title} onClose={closePrompt}>
      <form onSubmit={submit}>
        <h2>{prompt.title}</h2>
        <TextField
          id="prompt-name"
          label={prompt.label}
          look="mono"
          autoFocus
          value={value}
          problem={touched ? problem : undefined}
          onChange={setValue}
          data-testid="prompt-name"
        />
        <DialogFoot
          work={work}
          submit={prompt.submit}
          testId="prompt-submit"
          disabled={problem !== undefined}
          onCancel={closePrompt}
        />
      </form>
    </Dialog>
  );
}

export function ConfirmDialog({ prompt }: { prompt: Asks<'confirm'> }) {
  const { busy, failure, start } = useWork(closePrompt);
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
