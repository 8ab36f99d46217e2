import { useState } from 'react';
import { asFailure, type Failure } from '../../net/failure';
import { Button, Problem } from '../../ui/controls';
import { Dialog } from '../../ui/Dialog';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { RuleRow } from './RuleRow';
import { RuleTrial } from './RuleTrial';
import { useRuleDrafts } from './useRuleDrafts';

/** The workspace's rules, in order: the last that fits a call decides before the mode does. */
export function RulesDialog({ onClose }: { onClose: () => void }) {
  const session = useSession();
  const edits = useRuleDrafts(useWorkspace((state) => state.policy.rules));
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const save = (): void => {
    setSending(true);
    session
      .call('approvals.set_policy', { rules: edits.rules })
      .then(onClose, (thrown: unknown) => {
        setFailure(asFailure(thrown));
        setSending(false);
      });
  };
  return (
    <Dialog label="Rules" className="dialog dialog-wide" onClose={onClose}>
      <form
        className="rules"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <h2>Rules</h2>
        <p className="muted">
          The last rule that fits a call decides before the mode does. A rule with a secret only
          says whether a command may have it.
        </p>
        {edits.overtaken && (
          <p className="problem" role="alert">
            Somebody else has changed the rules meanwhile.
            <Button size="small" onClick={edits.reload}>
              Show theirs
            </Button>
          </p>
        )}
        <ol className="rule-list" aria-label="Rules in order">
          {edits.drafts.map((draft, at) => (
            <RuleRow
              key={draft.key}
              draft={draft}
              place={at + 1}
              count={edits.drafts.length}
              onChange={(next) => edits.replace(at, next)}
              onMove={(step) => edits.move(at, step)}
              onRemove={() => edits.remove(at)}
            />
          ))}
        </ol>
        <Button size="small" icon="plus" onClick={edits.add}>
          Add a rule
        </Button>
        <RuleTrial rules={edits.rules} />
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            needs="owner"
            type="submit"
            variant="primary"
            disabled={!edits.changed || sending}
          >
            Save rules
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
