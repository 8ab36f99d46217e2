import { useRef, useState } from 'react';
import { goTo } from '../../actions/app';
import { freshId } from '../../actions/freshId';
import { createWorkspace, importWorkspace } from '../../actions/workspaces';
import type { Sending } from '../../model/importing';
import { sourceOf, type Plan } from '../../model/provisioning';
import { asFailure, type Failure } from '../../net/failure';
import { stopProvision } from '../../net/http';
import type { ProvisionAnswer } from '../../protocol/http';

/** Makes a workspace, and stops where that is asked for: then nothing is left of it. */
export function useMaking(onMade: () => void) {
  const [busy, setBusy] = useState(false);
  const [stopping, setStopping] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [sending, setSending] = useState<Sending | null>(null);
  const asked = useRef({ id: '', stopped: false, connection: new AbortController() });

  const ask = (plan: Plan, body: Blob | undefined): Promise<ProvisionAnswer> => {
    const { id, connection } = asked.current;
    const name = plan.name.trim();
    if (plan.kind !== 'import') {
      return createWorkspace({ name, source: sourceOf(plan.kind, plan.values), request: id });
    }
    const about = { name, file: plan.chosen?.name ?? '', request: id };
    return importWorkspace(about, body ?? new Blob(), setSending, connection.signal);
  };
  const make = (plan: Plan, body: Blob | undefined): void => {
    const mine = { id: freshId(), stopped: false, connection: new AbortController() };
    asked.current = mine;
    setBusy(true);
    setFailure(null);
    ask(plan, body)
      .then(({ id }) => {
        onMade();
        goTo({ page: 'workspace', id });
      })
      .catch((thrown: unknown) => {
        if (!mine.stopped) setFailure(asFailure(thrown));
        setBusy(false);
        setStopping(false);
        setSending(null);
      });
  };
  const stop = (): void => {
    asked.current.stopped = true;
    setStopping(true);
    if (sending !== null && sending.sent < sending.total) {
      asked.current.connection.abort();
      return;
    }
    // Where it has just been made, the answer that is on its way opens it.
    stopProvision(asked.current.id).catch((thrown: unknown) => {
      setFailure(asFailure(thrown));
      setStopping(false);
    });
  };
  return { busy, stopping, failure, sending, make, stop };
}
