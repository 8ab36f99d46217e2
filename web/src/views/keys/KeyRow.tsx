import { useState, type FormEvent } from 'react';
import { kVendors, problemOfKey, sayKey, sayTest } from '../../model/keys';
import { asFailure, type Failure } from '../../net/failure';
import { removeKey, setKey, testKey } from '../../net/http';
import type { ProviderKey } from '../../protocol/http';
import { Badge, Button, Problem, Spinner } from '../../ui/controls';

type Work = 'saving' | 'testing' | 'removing';

/** One vendor: whose models it has, what key is in use, and what can be done about it. */
export function KeyRow({
  row,
  onChange,
}: {
  row: ProviderKey;
  onChange: (row: ProviderKey) => void;
}) {
  const [text, setText] = useState('');
  const [work, setWork] = useState<Work | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { provider, tested, agents } = row;
  const problem = text === '' ? undefined : problemOfKey(text);
  const name = kVendors[provider] ?? provider;

  const start = (kind: Work, doing: () => Promise<ProviderKey>): void => {
    setWork(kind);
    setFailure(null);
    doing()
      .then((changed) => {
        onChange(changed);
        if (kind === 'saving') setText('');
      })
      .catch((thrown: unknown) => setFailure(asFailure(thrown)))
      .finally(() => setWork(null));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text !== '' && problem === undefined) start('saving', () => setKey(provider, text));
  };
  const test = (): void =>
    start('testing', async () => ({ ...row, tested: await testKey(provider) }));

  return (
    <li className="key-row" data-in-use={row.in_use} data-testid={`key-${provider}`}>
      <div className="key-head">
        <strong>{name}</strong>
        <span className="faint truncate">
          {agents.length === 0 ? 'no agent uses it' : agents.map((agent) => agent.name).join(', ')}
        </span>
        <span className="grow" />
        {tested !== undefined && (
          <Badge kind={tested.ok ? 'good' : 'bad'}>{tested.ok ? 'works' : 'does not work'}</Badge>
        )}
      </div>
      <p className="muted">{sayKey(row, Date.now())}</p>
      {agents
        .filter(({ key_variable: variable }) => variable !== undefined)
        .map((agent) => (
          <p key={agent.name} className="muted">
            {agent.name} keeps to the variable {agent.key_variable} of its configuration.
          </p>
        ))}
      <form className="key-form" onSubmit={submit}>
        <input
          className="input mono"
          type="password"
          autoComplete="off"
          spellCheck={false}
          aria-label={`Key of ${name}`}
          placeholder={row.set ? 'Another key' : 'Paste a key'}
          value={text}
          aria-invalid={problem !== undefined}
          onChange={(event) => setText(event.target.value)}
          data-testid={`key-input-${provider}`}
        />
        <Button
          type="submit"
          variant="primary"
          disabled={text === '' || problem !== undefined || work !== null}
          data-testid={`key-save-${provider}`}
        >
          {work === 'saving' && <Spinner label="Saving" />}
          Save
        </Button>
        <Button
          disabled={work !== null || row.in_use === 'none' || row.in_use === 'simulated'}
          title="Asks the model for a word: 16 tokens at most, usually less than a tenth of a cent"
          onClick={test}
          data-testid={`key-test-${provider}`}
        >
          {work === 'testing' && <Spinner label="Testing" />}
          Test
        </Button>
        {row.set && (
          <Button
            variant="danger"
            disabled={work !== null}
            onClick={() => start('removing', () => removeKey(provider))}
            data-testid={`key-remove-${provider}`}
          >
            Remove
          </Button>
        )}
      </form>
      {problem !== undefined && <p className="bad-text field-note">{problem}</p>}
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
      {tested !== undefined && (
        <p className={tested.ok ? 'key-result' : 'key-result bad-text'} aria-live="polite">
          {sayTest(tested, Date.now())}
        </p>
      )}
    </li>
  );
}
