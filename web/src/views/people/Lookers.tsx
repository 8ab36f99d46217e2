import { useMemo } from 'react';
import { shortName } from '../../model/format';
import { lookersByPath } from '../../model/presence';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import { Avatar } from './Avatar';

const kShown = 3;

/**
 * The others who look at a file, beside its name. The people button says it in words: a tree holds
 * nothing but its items.
 */
export function Lookers({ path }: { path: string }) {
  const session = useSession();
  const here = useStore(session.here);
  const mine = useStore(session.you, (you) => you?.connection ?? 0);
  const lookers = useMemo(() => lookersByPath(here, mine)[path] ?? [], [here, mine, path]);
  if (lookers.length === 0) return null;
  return (
    <span className="lookers" aria-hidden="true" data-testid={`lookers-${path}`}>
      {lookers.slice(0, kShown).map((actor) => (
        <Avatar key={actor} actor={actor} size="small" title={`${shortName(actor)} looks at it`} />
      ))}
    </span>
  );
}
