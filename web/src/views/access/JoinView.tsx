import { useEffect, useState, type FormEvent } from 'react';
import { access } from '../../actions/app';
import { joinAs, loadMe, me } from '../../actions/people';
import { nameProblem } from '../../model/invite';
import { aRole, kRoleWords } from '../../model/roles';
import { asFailure, type Failure } from '../../net/failure';
import { lookAtInvitation } from '../../net/people';
import type { InvitationPreview } from '../../protocol/people';
import { Button, Problem, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { Brand } from '../Brand';

type Invitation = InvitationPreview | Failure | null;

/** Where the link of an invitation leads: what it is for, and the choice of a name. */
export function JoinView({ secret }: { secret: string }) {
  const [invitation, setInvitation] = useState<Invitation>(null);
  useEffect(() => {
    document.title = 'Join · CODITECT Studio';
    void loadMe();
    lookAtInvitation(secret).then(setInvitation, (thrown: unknown) =>
      setInvitation(asFailure(thrown)),
    );
  }, [secret]);
  return (
    <main className="centred" data-testid="join">
      <div className="login">
        <Brand />
        {invitation === null ? (
          <Spinner label="Looking at the invitation" />
        ) : 'role' in invitation ? (
          <JoinForm secret={secret} invitation={invitation} />
        ) : (
          <>
            <h1>This link does not let you in</h1>
            <Problem message={invitation.message} hint={invitation.hint} />
            <Button onClick={() => access.set({ phase: 'in' })}>Go to the studio</Button>
          </>
        )}
      </div>
    </main>
  );
}

function JoinForm({ secret, invitation }: { secret: string; invitation: InvitationPreview }) {
  const known = useStore(me);
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const problem = name === '' ? undefined : nameProblem(name);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (nameProblem(name) !== undefined) return;
    setBusy(true);
    setFailure(null);
    joinAs(secret, name).catch((thrown: unknown) => {
      setFailure(asFailure(thrown));
      setBusy(false);
    });
  };
  const { role, workspace_name: workspace } = invitation;
  return (
    <>
      <div>
        <h1>You are invited{workspace === undefined ? '' : ` to ${workspace}`}</h1>
        <p className="muted">
          As {aRole(role)}: {kRoleWords[role]}.
        </p>
      </div>
      {known !== null && (
        <p className="muted">
          This browser is signed in as <strong>{known.name}</strong>. When you join it is signed in
          as the new person.
        </p>
      )}
      <form onSubmit={submit} className="field">
        <label htmlFor="join-name">Your name, as the others see it</label>
        <div className="row">
          <input
            id="join-name"
            className="input"
            autoComplete="username"
            spellCheck={false}
            autoFocus
            maxLength={32}
            value={name}
            aria-invalid={problem !== undefined}
            aria-describedby="join-note"
            onChange={(event) => setName(event.target.value)}
            data-testid="join-name"
          />
          <Button
            type="submit"
            variant="primary"
            disabled={busy || name === '' || problem !== undefined}
            data-testid="join-submit"
          >
            {busy ? 'Joining…' : 'Join'}
          </Button>
        </div>
        <span id="join-note" className={problem === undefined ? 'hint' : 'bad-text field-note'}>
          {problem ?? 'It stands beside what you do, for ever: the log keeps it.'}
        </span>
      </form>
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
    </>
  );
}
