import { useState, type FormEvent } from 'react';
import { access, logInWith, tokenFromInput } from '../../actions/app';
import { Button, Problem } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { Brand } from '../Brand';

/** How to get in: the link that the server prints, or its token by hand. */
export function LoginView() {
  const state = useStore(access);
  const [input, setInput] = useState('');
  const [busy, setBusy] = useState(false);
  const problem = state.phase === 'out' ? state.problem : undefined;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const token = tokenFromInput(input);
    if (token === '') return;
    setBusy(true);
    void logInWith(token).finally(() => setBusy(false));
  };

  return (
    <main className="centred" data-testid="login">
      <div className="login">
        <Brand />
        <div>
          <h1>Open the studio from its login link</h1>
          <p className="muted">
            The server prints the link when it starts. Open it once in this browser; a cookie then
            keeps you signed in.
          </p>
        </div>
        <pre className="terminal" aria-label="Example">
          <span className="faint">$ </span>coditect serve{'\n'}
          <span className="faint">studio </span>
          {`${window.location.origin}/#token=…`}
        </pre>
        {problem !== undefined && <Problem message={problem.message} hint={problem.hint} />}
        <form onSubmit={submit} className="field">
          <label htmlFor="token">Or paste the link or its token</label>
          <div className="row">
            <input
              id="token"
              className="input mono"
              type="password"
              autoComplete="off"
              spellCheck={false}
              value={input}
              onChange={(event) => setInput(event.target.value)}
              data-testid="login-token"
            />
            <Button
              type="submit"
              variant="primary"
              disabled={busy || input.trim() === ''}
              data-testid="login-submit"
            >
              {busy ? 'Signing in…' : 'Sign in'}
            </Button>
          </div>
        </form>
      </div>
    </main>
  );
}
