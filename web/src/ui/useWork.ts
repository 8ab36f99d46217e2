import { useState } from 'react';
import { asFailure, type Failure } from '../net/failure';

/** What a dialog does when it is submitted: one thing at a time, and why it was refused. */
export interface Work {
  busy: boolean;
  failure: Failure | null;
  start: (work: () => Promise<unknown>) => void;
}

/** `onDone` comes when the work has succeeded; where it has not, the dialog stays. */
export function useWork(onDone: () => void): Work {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const start = (work: () => Promise<unknown>): void => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    work().then(onDone, (thrown: unknown) => {
      setFailure(asFailure(thrown));
      setBusy(false);
    });
  };
  return { busy, failure, start };
}
