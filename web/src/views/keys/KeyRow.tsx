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
  const [work, setWork] = useState<Work | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { provider, tested, agents } = row;
  const name = kVendors[provider] ?? provider;

  const start = (kind: Work, doing: () => Promise<ProviderKey>): void => {
    setWork(kind);
    setFailure(null);
    doing()
      .then(onChange)
      .catch((thrown: unknown) => setFailure(asFailure(thrown)))
      .finally(() => setWork(null));
  };
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
      <KeyForm
        row={row}
        work={work}
        onSave={(key) => start('saving', () => setKey(provider, key))}
        onTest={() => start('testing', async () => ({ ...row, tested: await testKey(provider) }))}
        onRemove={() => start('removing', () => removeKey(provider))}
      />
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
      {tested !== undefined && (
        <p className={tested.ok ? 'key-result' : 'key-result bad-text'} aria-live="polite">
          {sayTest(tested, Date.now())}
        </p>
      )}
    </li>
  );
}

/** Forgets what was typed as soon as it is sent: the page keeps no key. */
function KeyForm(props: {
  row: ProviderKey;
  work: Work | null;
  onSave: (key: string) => void;
  onTest: () => void;
  onRemove: () => void;
}) {
  const { row, work, onSave, onTest, onRemove } = props;
  const { provider } = row;
  const name = kVendors[provider] ?? provider;
  const [text, setText] = useState('');
  const problem = text === '' ? undefined : problemOfKey(text);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text === '' || problem !== undefined) return;
    onSave(text);
    setText('');
  };
  return (
    <>
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
          onClick={onTest}
          data-testid={`key-test-${provider}`}
        >
          {work === 'testing' && <Spinner label="Testing" />}
          Test
        </Button>
        {row.set && (
          <Button
            variant="danger"
            disabled={work !== null}
            onClick={() => onRemove()}
            data-testid={`key-remove-${provider}`}
          >
            Remove
          </Button>
        )}
      </form>
      {problem !== undefined && <p className="bad-text field-note">{problem}</p>}
    </>
  );
}
