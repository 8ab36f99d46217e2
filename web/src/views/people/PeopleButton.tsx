import { ask } from '../../actions/prompts';
import { presentPeople, type Present } from '../../model/presence';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import { Avatar } from './Avatar';
import './people.css';

const kShown = 4;

/** Who has the workspace open; pressing it says more, and invites. */
export function PeopleButton() {
  const session = useSession();
  const here = useStore(session.here);
  const actor = useStore(session.you, (you) => you?.actor ?? '');
  const people = presentPeople(here, actor);
  const more = people.length - kShown;
  return (
    <button
      type="button"
      className="people-button"
      aria-label={`People: ${people.map(whatOf).join('; ') || 'nobody'}`}
      onClick={() => ask({ kind: 'people' })}
      data-testid="people-button"
    >
      {people.slice(0, kShown).map((person) => (
        <Avatar key={person.actor} actor={person.actor} title={whatOf(person)} you={person.you} />
      ))}
      {more > 0 && <span className="more num" data-more={`+${more}`} aria-hidden="true" />}
    </button>
  );
}

function whatOf({ name, you, path }: Present): string {
  const who = you ? `${name} (you)` : name;
  return path === undefined ? who : `${who} looks at ${path}`;
}
