import { useState, type FormEvent } from 'react';
import { keysOpen } from '../../actions/vendorKeys';
import type { Chosen } from '../../model/importing';
import {
  kNoPlan,
  problemOfSource,
  suggestedName,
  withChosen,
  type Plan,
} from '../../model/provisioning';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Field';
import { Button, Problem, Spinner } from '../../ui/controls';
import { MakingProgress } from './MakingProgress';
import { SourceStep } from './SourceStep';
import { useImport } from './useImport';
import { useMaking } from './useMaking';

type Step = 'source' | 'name';

/** Makes a workspace in two steps: what it begins with, and how it is called. */
export function ProvisionDialog({ onClose }: { onClose: () => void }) {
  const [plan, setPlan] = useState<Plan>(kNoPlan);
  const [step, setStep] = useState<Step>('source');
  const [tried, setTried] = useState(false);
  const { busy, stopping, failure, sending, make, stop } = useMaking(onClose);
  const problem = problemOfSource(plan);
  const change = (part: Partial<Plan>): void => setPlan((before) => ({ ...before, ...part }));
  const name = plan.name.trim();
  const choose = (chosen: Chosen): void => {
    setPlan((before) => withChosen(before, chosen));
    setTried(true);
    setStep('source');
  };
  const importing = useImport(choose, busy);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (busy || importing.reading || problem !== undefined) return;
    if (step === 'source') {
      if (name === '') change({ name: suggestedName(plan) });
      setTried(false);
      setStep('name');
    } else if (name !== '') {
      make(plan, importing.body);
    }
  };

  const problems = [failure, importing.unread].filter((each) => each !== null);
  return (
    <Dialog
      label="New workspace"
      className="dialog provision"
      onClose={busy ? () => undefined : onClose}
    >
      <form onSubmit={submit} data-testid="provision-dialog">
        <h2>New workspace</h2>
        <Steps step={step} />
        {step === 'source' ? (
          <SourceStep
            plan={plan}
            problem={tried ? problem : undefined}
            importing={importing}
            onChange={change}
          />
        ) : (
          <NameStep
            plan={plan}
            missing={tried && name === ''}
            busy={busy}
            onChange={(next) => change({ name: next })}
          />
        )}
        {busy && <MakingProgress kind={plan.kind} sending={sending} />}
        {problems.map(({ message, hint }) => (
          <Problem key={message} message={message} hint={hint} />
        ))}
        <Actions
          step={step}
          busy={busy}
          stopping={stopping}
          onBack={() => setStep('source')}
          onCancel={busy ? stop : onClose}
        />
      </form>
    </Dialog>
  );
}

function Actions(props: {
  step: Step;
  busy: boolean;
  stopping: boolean;
  onBack: () => void;
  onCancel: () => void;
}) {
  const { step, busy, stopping, onBack, onCancel } = props;
  return (
    <div className="dialog-actions">
      {step === 'name' && !busy && (
        <Button variant="ghost" onClick={onBack} data-testid="provision-back">
          Back
        </Button>
      )}
      <span className="grow" />
      <Button variant="ghost" disabled={stopping} onClick={onCancel} data-testid="provision-cancel">
        {stopping ? 'Stopping…' : busy ? 'Stop' : 'Cancel'}
      </Button>
      {step === 'source' ? (
        <Button type="submit" variant="primary" data-testid="provision-next">
          Next
        </Button>
      ) : (
        <Button type="submit" variant="primary" disabled={busy} data-testid="provision-submit">
          {busy && <Spinner label="Working" />}
          Create workspace
        </Button>
      )}
    </div>
  );
}

function Steps({ step }: { step: Step }) {
  return (
    <ol className="steps" aria-label="Steps">
      <li aria-current={step === 'source' ? 'step' : undefined}>1. What it begins with</li>
      <li aria-current={step === 'name' ? 'step' : undefined}>2. Its name</li>
    </ol>
  );
}

function NameStep(props: {
  plan: Plan;
  missing: boolean;
  busy: boolean;
  onChange: (name: string) => void;
}) {
  return (
    <>
      <TextField
        id="workspace-name"
        label="Name"
        autoFocus
        maxLength={100}
        disabled={props.busy}
        value={props.plan.name}
        problem={props.missing ? 'Give it a name.' : undefined}
        onChange={props.onChange}
        data-testid="provision-name"
      />
      <p className="muted field-note">
        Its agents have the keys of the server. Without one they are simulated:{' '}
        <button type="button" className="link" onClick={() => keysOpen.set(true)}>
          look at the keys
        </button>
        .
      </p>
    </>
  );
}
