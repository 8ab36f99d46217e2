import { Button, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession } from './SessionContext';

/** Says that what is on the screen may be old; nothing typed is lost meanwhile. */
export function ConnectionBanner() {
  const session = useSession();
  const { phase } = useStore(session.connection);
  if (phase !== 'offline' && phase !== 'reconnecting') return null;
  const offline = phase === 'offline';
  return (
    <div
      className="banner"
      data-kind={offline ? 'bad' : 'warn'}
      role="alert"
      data-testid="connection-banner"
    >
      <Spinner label="Reconnecting" />
      <span className="grow">
        {offline ? 'Offline: what you see may be old.' : 'Connection lost, reconnecting…'}{' '}
        <span className="hint">Your unsaved edits stay in this page.</span>
      </span>
      <Button size="small" onClick={session.lookAgain}>
        Try now
      </Button>
    </div>
  );
}
