import { useEffect, useRef, useState, type FormEvent } from 'react';
import { goTo } from '../../actions/app';
import { freshId } from '../../actions/freshId';
import { keysOpen } from '../../actions/vendorKeys';
import { createWorkspace } from '../../actions/workspaces';
import {
  doing,
  kNoPlan,
  problemOfSource,
  sourceOf,
  suggestedName,
  type Plan,
} from '../../model/provisioning';
import { asFailure, type Failure } from '../../net/failure';
import { stopProvision } from '../../net/http';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Field';
import { Button, Problem, Spinner } from '../../ui/controls';
import { SourceStep } from './SourceStep';

type Step = 'source' | 'name';

/** Makes a workspace in two steps: what it begins with, and how it is called. */
export function ProvisionDialog({ onClose }: { onClose: () => void }) {
  const [plan, setPlan] = useState<Plan>(kNoPlan);
  const [step, setStep] = useState<Step>('source');
  const [tried, setTried] = useState(false);
  const { busy, stopping, failure, make, stop } = useMaking(onClose);
  const problem = problemOfSource(plan);
  const change = (part: Partial<Plan>): void => setPlan((before) => ({ ...before, ...part }));
  const name = plan.name.trim();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (busy || problem !== undefined) return;
    if (step === 'source') {
      if (name === '') change({ name: suggestedName(plan) });
      setTried(false);
      setStep('name');
    } else if (name !== '') {
      make(plan);
    }
  };

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
          <SourceStep plan={plan} problem={tried ? problem : undefined} onChange={change} />
        ) : (
          <NameStep
            plan={plan}
            missing={tried && name === ''}
            busy={busy}
            onChange={(next) => change({ name: next })}
          />
        )}
        {busy && <Progress plan={plan} />}
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        <div className="dialog-actions">
          {step === 'name' && !busy && (
            <Button variant="ghost" onClick={() => setStep('source')} data-testid="provision-back">
              Back
            </Button>
          )}
          <span className="grow" />
          <Button
            variant="ghost"
            disabled={stopping}
            onClick={busy ? stop : onClose}
            data-testid="provision-cancel"
          >
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
      </form>
    </Dialog>
  );
}

/** Makes it, and stops where that is asked for: then nothing is left of it. */
function useMaking(onClose: () => void) {
  const [busy, setBusy] = useState(false);
  const [stopping, setStopping] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const asked = useRef({ id: '', stopped: false });
  const make = (plan: Plan): void => {
    const mine = { id: freshId(), stopped: false };
    asked.current = mine;
    setBusy(true);
    setFailure(null);
    createWorkspace({ name: plan.name.trim(), source: sourceOf(plan), request: mine.id })
      .then(({ id }) => {
        onClose();
        goTo({ page: 'workspace', id });
      })
      .catch((thrown: unknown) => {
        if (!mine.stopped) setFailure(asFailure(thrown));
        setBusy(false);
        setStopping(false);
      });
  };
  const stop = (): void => {
    asked.current.stopped = true;
    setStopping(true);
    // Where it has just been made, the answer that is on its way opens it.
    stopProvision(asked.current.id).catch((thrown: unknown) => {
      setFailure(asFailure(thrown));
      setStopping(false);
    });
  };
  return { busy, stopping, failure, make, stop };
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

/** How long it has taken so far: nobody knows how long a clone takes. */
function Progress({ plan }: { plan: Plan }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="making" role="status" data-testid="provision-progress">
      <span className="making-bar" aria-hidden="true" />
      <span>
        {doing(plan.kind)}… <span className="num">{seconds > 1 ? `${seconds} s` : ''}</span>
      </span>
    </div>
  );
}
