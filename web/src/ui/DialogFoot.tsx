import { Button, Problem, Spinner } from './controls';
import type { Work } from './useWork';

/** The end of a form in a dialog: why it was refused, the way out, and the way on. */
export function DialogFoot(props: {
  work: Work;
  submit: string;
  testId: string;
  disabled?: boolean;
  onCancel: () => void;
}) {
  const { busy, failure } = props.work;
  return (
    <>
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
      <div className="dialog-actions">
        <Button variant="ghost" onClick={props.onCancel}>
          Cancel
        </Button>
        <Button
          type="submit"
          variant="primary"
          disabled={busy || props.disabled === true}
          data-testid={props.testId}
        >
          {busy && <Spinner label="Working" />}
          {props.submit}
        </Button>
      </div>
    </>
  );
}
