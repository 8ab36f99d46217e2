import { useEffect } from 'react';
import { askLogOut } from '../../actions/logOut';
import { loadPeople, peopleBook, revokeInvitation } from '../../actions/people';
import { closePrompt } from '../../actions/prompts';
import type { WorkspaceSession } from '../../actions/session';
import { attempt } from '../../actions/toasts';
import { openFile } from '../../actions/fileActions';
import { presentPeople, type Present } from '../../model/presence';
import { kRoleWords, may } from '../../model/roles';
import type { InvitationInfo } from '../../protocol/people';
import { Dialog } from '../../ui/Dialog';
import { Badge, Button, IconButton, Problem } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { Avatar } from './Avatar';
import { InviteForm } from './InviteForm';
import { MemberRow } from './MemberRow';
import './people.css';

/** Who is here, who is let in, and the way to invite somebody. */
export function PeopleDialog({ session }: { session: WorkspaceSession }) {
  const you = useStore(session.you);
  const owner = you !== null && may(you.role, 'owner');
  useEffect(() => {
    if (owner) void loadPeople();
  }, [owner]);
  return (
    <Dialog label="People" onClose={closePrompt} className="dialog people-dialog">
      <div className="dialog-body">
        <div className="row">
          <h2 className="grow">People</h2>
          <IconButton icon="close" size="small" label="Close" onClick={closePrompt} />
        </div>
        {you !== null && (
          <div className="row">
            <p className="muted grow">
              You are <strong>{you.name}</strong>, {you.role}: {kRoleWords[you.role]}.
            </p>
            <Button size="small" onClick={() => askLogOut(session)} data-testid="log-out">
              Log out
            </Button>
          </div>
        )}
        <Here session={session} />
        {owner ? (
          <>
            <Members you={you.actor} />
            <InviteForm session={session} />
          </>
        ) : (
          <p className="muted">An owner of this server invites and removes people.</p>
        )}
      </div>
    </Dialog>
  );
}

function Here({ session }: { session: WorkspaceSession }) {
  const actor = useStore(session.you, (you) => you?.actor ?? '');
  const people = presentPeople(useStore(session.here), actor);
  return (
    <section aria-labelledby="people-here">
      <h3 id="people-here">Here now</h3>
      <ul className="people-list" data-testid="people-here">
        {people.map((person) => (
          <HereRow key={person.actor} person={person} session={session} />
        ))}
      </ul>
    </section>
  );
}

function HereRow({ person, session }: { person: Present; session: WorkspaceSession }) {
  const { actor, name, role, path, you } = person;
  const follow = (to: string): void => {
    closePrompt();
    openFile(session, to);
  };
  return (
    <li className="people-row" data-testid={`here-${name}`}>
      <Avatar actor={actor} you={you} />
      <span className="people-name truncate">
        {name}
        {you && <span className="faint"> (you)</span>}
      </span>
      <Badge>{role}</Badge>
      {path === undefined ? (
        <span className="people-where faint">no file open</span>
      ) : (
        <button
          type="button"
          className="people-where link mono truncate"
          onClick={() => follow(path)}
        >
          {path}
        </button>
      )}
    </li>
  );
}

function Members({ you }: { you: string }) {
  const { people, invitations, failure } = useStore(peopleBook);
  return (
    <section aria-labelledby="people-members">
      <h3 id="people-members">Invited</h3>
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
      {people.length + invitations.length === 0 ? (
        <p className="muted">Nobody yet. Whoever has the server’s own token is its owner.</p>
      ) : (
        <ul className="people-list" data-testid="people-members">
          {people.map((person) => (
            <MemberRow key={person.id} person={person} you={you} />
          ))}
          {invitations.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} />
          ))}
        </ul>
      )}
    </section>
  );
}

function InvitationRow({ invitation }: { invitation: InvitationInfo }) {
  const { id, role, uses_left: uses, expires_at: end } = invitation;
  return (
    <li className="people-row" data-testid="invitation">
      <span className="avatar open-place" data-initials="?" aria-hidden="true" />
      <span className="people-name">Invitation</span>
      <Badge>{role}</Badge>
      <span className="people-where faint truncate">
        {uses === 1 ? 'once' : `${uses} times`}, until {new Date(end).toLocaleString()}
      </span>
      <Button
        size="small"
        onClick={() => attempt(() => revokeInvitation(id))}
        aria-label={`Take back the invitation as ${role}`}
      >
        Take back
      </Button>
    </li>
  );
}
