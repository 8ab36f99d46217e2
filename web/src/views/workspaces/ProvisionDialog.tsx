import { useState, type FormEvent } from 'react';
import { goTo } from '../../actions/app';
import { createWorkspace } from '../../actions/workspaces';
import { asFailure, type Failure } from '../../net/failure';
import type { Source } from '../../protocol/http';
import { Dialog } from '../../ui/Dialog';
import { Button, Problem, Spinner } from '../../ui/controls';

type Kind = Source['kind'];

const KINDS: { kind: Kind; title: string; text: string; label?: string; example?: string }[] = [
  { kind: 'empty', title: 'Empty', text: 'A tree without files' },
  {
    kind: 'git',
    title: 'Git repository',
    text: 'A clone, with its history',
    label: 'Repository URL',
    example: 'https://git.example/team/project.git',
  },
  {
    kind: 'path',
    title: 'Folder',
    text: 'A copy of a folder on the server',
    label: 'Folder on the server',
    example: '/home/me/project',
  },
  {
    kind: 'template',
    title: 'Template',
    text: 'A prepared start',
    label: 'Template name',
    example: 'demo',
  },
];

function sourceOf(kind: Kind, value: string): Source {
  switch (kind) {
    case 'empty':
      return { kind };
    case 'git':
      return { kind, url: value };
    case 'path':
      return { kind, path: value };
    case 'template':
      return { kind, name: value };
  }
}

export function ProvisionDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Kind>('empty');
  const [value, setValue] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const chosen = KINDS.find((option) => option.kind === kind);
  const complete = name.trim() !== '' && (kind === 'empty' || value.trim() !== '');

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!complete || busy) return;
    setBusy(true);
    setFailure(null);
    createWorkspace({ name: name.trim(), source: sourceOf(kind, value.trim()) })
      .then(({ id }) => {
        onClose();
        goTo({ page: 'workspace', id });
      })
      .catch((thrown: unknown) => {
        setFailure(asFailure(thrown));
        setBusy(false);
      });
  };

  return (
    <Dialog label="New workspace" onClose={busy ? () => undefined : onClose}>
      <form onSubmit={submit} data-testid="provision-dialog">
        <h2>New workspace</h2>
        <div className="field">
          <label htmlFor="workspace-name">Name</label>
          <input
            id="workspace-name"
            className="input"
            autoFocus
            autoComplete="off"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
            data-testid="provision-name"
          />
        </div>
        <SourceChoices kind={kind} onChoose={setKind} />
        {chosen?.label !== undefined && (
          <SourceField
            label={chosen.label}
            example={chosen.example}
            value={value}
            onChange={setValue}
          />
        )}
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        <div className="dialog-actions">
          <Button variant="ghost" onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button
            type="submit"
            variant="primary"
            disabled={!complete || busy}
            data-testid="provision-submit"
          >
            {busy && <Spinner label="Working" />}
            {busy ? (kind === 'git' ? 'Cloning…' : 'Making it…') : 'Create workspace'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function SourceChoices({ kind, onChoose }: { kind: Kind; onChoose: (kind: Kind) => void }) {
  return (
    <fieldset className="choices">
      <legend className="label">Start from</legend>
      {KINDS.map((option) => (
        <label key={option.kind} className="choice">
          <input
            type="radio"
            name="source"
            checked={kind === option.kind}
            onChange={() => onChoose(option.kind)}
            data-testid={`source-${option.kind}`}
          />
          <span>
            <strong>{option.title}</strong>
            <span className="faint">{option.text}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function SourceField(props: {
  label: string;
  example: string | undefined;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <div className="field">
      <label htmlFor="source-value">{props.label}</label>
      <input
        id="source-value"
        className="input mono"
        autoComplete="off"
        spellCheck={false}
        placeholder={props.example}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        data-testid="source-value"
      />
    </div>
  );
}
