import { useState, type FormEvent } from 'react';
import { invite } from '../../actions/people';
import type { WorkspaceSession } from '../../actions/session';
import { inviteLink } from '../../model/invite';
import { kRoleWords } from '../../model/roles';
import { asFailure, type Failure } from '../../net/failure';
import type { Role } from '../../protocol/people';
import { Button, Problem } from '../../ui/controls';
import { RoleSelect } from './RoleSelect';

const LIVES = [
  { seconds: 3_600, words: 'an hour' },
  { seconds: 86_400, words: 'a day' },
  { seconds: 604_800, words: 'a week' },
];

/** Makes an invitation and shows its link, once. */
export function InviteForm({ session }: { session: WorkspaceSession }) {
  const [role, setRole] = useState<Role>('editor');
  const [everywhere, setEverywhere] = useState(false);
  const [life, setLife] = useState(86_400);
  const [uses, setUses] = useState(1);
  const [link, setLink] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const whole = everywhere || role === 'owner';

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setFailure(null);
    const place = whole ? {} : { workspace: session.id };
    invite({ role, uses, expires_in_s: life, ...place }).then(
      (secret) => setLink(inviteLink(window.location.origin, secret)),
      (thrown: unknown) => setFailure(asFailure(thrown)),
    );
  };

  return (
    <section aria-labelledby="people-invite">
      <h3 id="people-invite">Invite by a link</h3>
      <form className="invite-form" onSubmit={submit}>
        <label>
          Role
          <RoleSelect role={role} onChange={setRole} testid="invite-role" />
        </label>
        <LifeChoice life={life} onChange={setLife} />
        <label>
          People
          <input
            className="input num"
            type="number"
            min={1}
            max={100}
            value={uses}
            onChange={({ target }) => setUses(Math.max(1, Math.min(100, Number(target.value))))}
          />
        </label>
        <label className="invite-check">
          <input
            type="checkbox"
            checked={whole}
            disabled={role === 'owner'}
            onChange={({ target }) => setEverywhere(target.checked)}
          />
          In all workspaces
        </label>
        <Button type="submit" variant="primary" data-testid="invite-submit">
          Make a link
        </Button>
      </form>
      <p className="muted">
        {role}: {kRoleWords[role]}.
      </p>
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
      {link !== null && <Link link={link} />}
    </section>
  );
}

function LifeChoice(props: { life: number; onChange: (seconds: number) => void }) {
  return (
    <label>
      Good for
      <select
        className="select"
        value={props.life}
        onChange={({ target }) => props.onChange(Number(target.value))}
      >
        {LIVES.map(({ seconds, words }) => (
          <option key={seconds} value={seconds}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function Link({ link }: { link: string }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(link).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div className="field">
      <label htmlFor="invite-link">
        The link. It is shown this once; send it to whom you invite and to nobody else.
      </label>
      <div className="row">
        <input
          id="invite-link"
          className="input mono"
          readOnly
          autoFocus
          value={link}
          onFocus={({ target }) => target.select()}
          data-testid="invite-link"
        />
        <Button onClick={copy} data-testid="invite-copy">
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
    </div>
  );
}
