import type { InputHTMLAttributes, ReactNode } from 'react';

interface FieldProps {
  id: string;
  label: string;
  /** What is wrong with what is in it; stands in the place of the note. */
  problem?: string | undefined;
  note?: string;
}

/** Where what is below a field is; its control is described by it. */
const noteId = (id: string): string => `${id}-note`;

function describedBy({ id, problem, note }: FieldProps): string | undefined {
  return problem === undefined && note === undefined ? undefined : noteId(id);
}

/** A control with its name above it and, below it, what is wrong with it or what it is for. */
export function Field({
  id,
  label,
  problem,
  note,
  children,
}: FieldProps & { children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {(problem !== undefined || note !== undefined) && (
        <span
          id={noteId(id)}
          className={`${problem === undefined ? 'muted' : 'bad-text'} field-note`}
        >
          {problem ?? note}
        </span>
      )}
    </div>
  );
}

type Changes<Element> = Omit<Element, 'id' | 'value' | 'onChange'> & {
  value: string;
  onChange: (value: string) => void;
  'data-testid'?: string;
};

/** `look` says what is typed: words, code, or a number. */
export function TextField(
  props: FieldProps & Changes<InputHTMLAttributes<HTMLInputElement>> & { look?: 'mono' | 'num' },
) {
  const { id, label, problem, note, look, onChange, ...input } = props;
  return (
    <Field id={id} label={label} problem={problem} {...(note !== undefined && { note })}>
      <input
        id={id}
        className={look === undefined ? 'input' : `input ${look}`}
        autoComplete="off"
        spellCheck={look === undefined}
        aria-invalid={problem !== undefined}
        aria-describedby={describedBy(props)}
        onChange={(event) => onChange(event.target.value)}
        {...input}
      />
    </Field>
  );
}

export function SelectField(props: FieldProps & Changes<object> & { children: ReactNode }) {
  const { id, label, problem, note, children, onChange, ...select } = props;
  return (
    <Field id={id} label={label} problem={problem} {...(note !== undefined && { note })}>
      <select
        id={id}
        className="select"
        aria-describedby={describedBy(props)}
        onChange={(event) => onChange(event.target.value)}
        {...select}
      >
        {children}
      </select>
    </Field>
  );
}
