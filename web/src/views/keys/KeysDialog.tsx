import { useCallback, useEffect, useState } from 'react';
import { keyChanges, keysOpen } from '../../actions/vendorKeys';
import { asFailure, type Failure } from '../../net/failure';
import { listKeys } from '../../net/http';
import type { ProviderKey, ProviderKeys } from '../../protocol/http';
import { Dialog } from '../../ui/Dialog';
import { Button, Problem, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { currentSession } from '../palette/currentSession';
import { KeyRow } from './KeyRow';
import './keys.css';

/** The vendors' keys: set, tested and removed here, shown nowhere. */
export default function KeysDialog() {
  const [keys, setKeys] = useState<ProviderKeys | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const session = useStore(currentSession);
  const load = useCallback(() => {
    setFailure(null);
    listKeys().then(setKeys, (thrown: unknown) => setFailure(asFailure(thrown)));
  }, []);
  const changes = useStore(keyChanges);
  useEffect(load, [load, changes]);
  // Where no workspace is open nobody tells of a change.
  useEffect(() => {
    window.addEventListener('focus', load);
    return () => window.removeEventListener('focus', load);
  }, [load]);
  const changed = (row: ProviderKey): void => {
    setKeys((before) =>
      before === null
        ? before
        : {
            ...before,
            providers: before.providers.map((each) =>
              each.provider === row.provider ? row : each,
            ),
          },
    );
    // The page behind shows who is simulated.
    session?.refreshAgents().catch(() => undefined);
  };
  const close = (): void => keysOpen.set(false);
  return (
    <Dialog label="Keys of model vendors" className="dialog keys-dialog" onClose={close}>
      <div className="dialog-body" data-testid="keys">
        <h2>Keys of model vendors</h2>
        <p className="muted">
          A key goes in and is never shown again. It is sealed on the server’s disk, works from the
          next task on without a restart, and no agent’s command sees it.
        </p>
        {keys?.simulated_by_option === true && (
          <div className="banner" data-kind="warn">
            <span className="grow">
              <strong>Everything is simulated.</strong> The server was started with{' '}
              <code>--simulate-providers</code>: keys are kept, and not used.
            </span>
          </div>
        )}
        {failure !== null && (
          <>
            <Problem message={failure.message} hint={failure.hint} />
            <Button icon="retry" onClick={load}>
              Try again
            </Button>
          </>
        )}
        {keys === null && failure === null && <Spinner label="Loading the keys" />}
        <ul className="keys-list">
          {keys?.providers.map((row) => (
            <KeyRow key={row.provider} row={row} onChange={changed} />
          ))}
        </ul>
        <div className="dialog-actions">
          <Button variant="ghost" onClick={close} data-testid="keys-close">
            Close
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
