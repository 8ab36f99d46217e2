import { useState } from 'react';
import { giveRole, removePerson } from '../../actions/people';
import { attempt } from '../../actions/toasts';
import { ago, shortName } from '../../model/format';
import { aRole, kRoleWords } from '../../model/roles';
import type { PersonInfo, Role } from '../../protocol/people';
import { Badge, Button } from '../../ui/controls';
import { Avatar } from './Avatar';
import { RoleSelect } from './RoleSelect';

/** Somebody who is let in: what they may do, and the end of it. `you` is who looks. */
export function MemberRow({ person, you }: { person: PersonInfo; you: string }) {
  const { id, name, actor, workspace, joined_at, invited_by } = person;
  return (
    <li className="people-row" data-testid={`member-${name}`}>
      <Avatar actor={actor} you={actor === you} />
      <span className="people-name truncate">{name}</span>
      {actor === you ? (
        <Badge>{person.role}</Badge>
      ) : (
        <MemberRole key={person.role} person={person} />
      )}
      <span
        className="people-where faint truncate"
        title={`Invited by ${shortName(invited_by)}${wordsOfChange(person)}`}
      >
        {workspace === undefined ? 'all workspaces' : 'one workspace'} · joined{' '}
        {ago(joined_at, Date.now())}
      </span>
      <Button
        size="small"
        variant="danger"
        onClick={() => attempt(() => removePerson(id))}
        aria-label={`Remove ${name}`}
      >
        Remove
      </Button>
    </li>
  );
}

function wordsOfChange({ role, role_by: by, role_at: at }: PersonInfo): string {
  if (by === undefined || at === undefined) return '';
  return `; made ${aRole(role)} by ${shortName(by)} ${ago(at, Date.now())}`;
}

/** Chosen first and given by a button: keys pass over the roles between two. */
function MemberRole({ person }: { person: PersonInfo }) {
  const { id, name, role, workspace } = person;
  const [chosen, choose] = useState<Role>(role);
  const closed =
    workspace === undefined ? {} : { owner: 'An owner is one of the whole server, not of a part.' };
  return (
    <span className="member-role">
      <RoleSelect
        role={chosen}
        onChange={choose}
        closed={closed}
        label={`Role of ${name}`}
        testid={`role-${name}`}
      />
      {chosen !== role && (
        <Button
          size="small"
          variant="primary"
          title={`${chosen}: ${kRoleWords[chosen]}`}
          onClick={() => attempt(() => giveRole(id, chosen))}
          aria-label={`Change the role of ${name} to ${chosen}`}
          data-testid={`give-role-${name}`}
        >
          Change
        </Button>
      )}
    </span>
  );
}
