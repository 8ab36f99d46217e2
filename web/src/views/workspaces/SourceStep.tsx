import { workspaceList } from '../../actions/workspaces';
import { kChoices, kTemplates, type Plan, type SourceKind } from '../../model/provisioning';
import { SelectField, TextField } from '../../ui/Field';
import { useStore } from '../../ui/useStore';
import { ImportField } from './ImportField';
import type { Importing } from './useImport';

interface StepProps {
  plan: Plan;
  problem: string | undefined;
  importing: Importing;
  onChange: (part: Partial<Plan>) => void;
}

const FIELDS: Partial<Record<SourceKind, { label: string; example: string; note: string }>> = {
  git: {
    label: 'Repository URL',
    example: 'https://git.example/team/project.git',
    note: 'The server clones it, with what it may read. Nobody is asked for a password.',
  },
  path: {
    label: 'Folder on the server',
    example: '/home/me/project',
    note: 'It is copied: the folder itself stays as it is.',
  },
};

/** What the workspace begins with. */
export function SourceStep({ plan, problem, importing, onChange }: StepProps) {
  const { kind, values } = plan;
  const value = kind === 'import' ? '' : (values[kind] ?? '');
  const setValue = (next: string): void => onChange({ values: { ...values, [kind]: next } });
  return (
    <>
      <fieldset className="choices">
        <legend className="label">Start from</legend>
        {kChoices.map((option, index) => (
          <label key={option.kind} className="choice">
            <input
              type="radio"
              name="source"
              autoFocus={index === 0}
              checked={kind === option.kind}
              onChange={() => onChange({ kind: option.kind })}
              data-testid={`source-${option.kind}`}
            />
            <span>
              <strong>{option.title}</strong>
              <span className="faint">{option.text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {kind === 'template' && <TemplateField value={value} onChange={setValue} />}
      {kind === 'workspace' && <WorkspaceField value={value} onChange={setValue} />}
      {(kind === 'import' || importing.over) && (
        <ImportField chosen={plan.chosen} importing={importing} />
      )}
      {FIELDS[kind] !== undefined && (
        <TextField
          id="source-value"
          label={FIELDS[kind].label}
          look="mono"
          placeholder={FIELDS[kind].example}
          value={value}
          note={FIELDS[kind].note}
          aria-invalid={problem !== undefined}
          onChange={setValue}
          data-testid="source-value"
        />
      )}
      {problem !== undefined && (
        <p className="bad-text field-note" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

function TemplateField({ value, onChange }: FieldProps) {
  return (
    <SelectField id="source-template" label="Template" value={value} onChange={onChange}>
      {kTemplates.map(({ name, text }) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </SelectField>
  );
}

/** A fork: everything up to now, and from there on by itself. */
function WorkspaceField({ value, onChange }: FieldProps) {
  const { workspaces } = useStore(workspaceList);
  return (
    <SelectField
      id="source-workspace"
      label="Workspace"
      value={value}
      note="Secrets are not copied: set them anew."
      onChange={onChange}
      data-testid="source-workspace-value"
    >
      <option value="">{workspaces.length === 0 ? 'There is none yet' : 'Choose one'}</option>
      {workspaces.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
