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
  const mine = useStore(session.you, (you) => you?.connection ?? 0);
  // As a text, so that only what concerns this file draws it anew.
  const names = useStore(session.here, (here) => (lookersByPath(here, mine)[path] ?? []).join(' '));
  if (names === '') return null;
  const lookers = names.split(' ');
  return (
    <span className="lookers" aria-hidden="true" data-testid={`lookers-${path}`}>
      {lookers.slice(0, kShown).map((actor) => (
        <Avatar key={actor} actor={actor} size="small" title={`${shortName(actor)} looks at it`} />
      ))}
    </span>
  );
}
