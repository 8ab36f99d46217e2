import { useStore } from '../../ui/useStore';
import { useSession } from './SessionContext';

const LABELS = {
  connecting: 'Connecting',
  connected: 'Live',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
  gone: 'Closed',
} as const;

export function ConnectionState() {
  const { phase } = useStore(useSession().connection);
  return (
    <span className="connection" data-phase={phase} data-testid="connection" role="status">
      <span className="dot" />
      <span>{LABELS[phase]}</span>
    </span>
  );
}
