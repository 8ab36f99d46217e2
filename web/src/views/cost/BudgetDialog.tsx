import { useState, type FormEvent } from 'react';
import { scopeName } from '../../model/format';
import { summaryOf } from '../../model/markup';
import { parseUsd } from '../../model/submission';
import { isOver } from '../../model/tasks';
import { asFailure, type Failure } from '../../net/failure';
import { Dialog } from '../../ui/Dialog';
import { Button, Problem } from '../../ui/controls';
import { useSession, useWorkspace } from '../workspace/SessionContext';

/** Sets what the workspace, a day, an agent or a task may spend. */
export function BudgetDialog({ onClose }: { onClose: () => void }) {
  const session = useSession();
  const agents = useWorkspace((state) => state.agents);
  const tasks = useWorkspace((state) => state.tasks);
  const [scope, setScope] = useState('workspace');
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const amount = parseUsd(text);
  const wrong = text.trim() !== '' && amount === undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy || amount === undefined) return;
    setBusy(true);
    setFailure(null);
    session
      .call('cost.set_budget', { scope, limit_usd: amount })
      .then(onClose, (thrown: unknown) => {
        setFailure(asFailure(thrown));
        setBusy(false);
      });
  };
  return (
    <Dialog label="Set a budget" onClose={onClose}>
      <form onSubmit={submit} data-testid="budget-dialog">
        <h2>Set a budget</h2>
        <div className="field">
          <label htmlFor="budget-scope">Of</label>
          <select
            id="budget-scope"
            className="select"
            value={scope}
            onChange={(event) => setScope(event.target.value)}
          >
            {['workspace', 'day', ...agents.map(({ name }) => `agent:${name}`)].map((each) => (
              <option key={each} value={each}>
                {scopeName(each)}
              </option>
            ))}
            {tasks
              .filter((task) => !isOver(task))
              .map(({ id, agent, prompt }) => (
                <option key={id} value={`task:${id}`}>
                  task of {agent}: {summaryOf(prompt).slice(0, 50)}
                </option>
              ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="budget-amount">Dollars</label>
          <input
            id="budget-amount"
            className="input num"
            inputMode="decimal"
            autoComplete="off"
            autoFocus
            value={text}
            aria-invalid={wrong}
            aria-describedby="budget-note"
            onChange={(event) => setText(event.target.value)}
            data-testid="budget-amount"
          />
          <span id="budget-note" className={wrong ? 'bad-text field-note' : 'muted field-note'}>
            {wrong
              ? 'An amount such as 2.50, at most 1,000,000.'
              : 'Before each call the most that it can cost is set aside; an agent that has too little left waits.'}
          </span>
        </div>
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        <div className="dialog-actions">
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            variant="primary"
            disabled={busy || amount === undefined}
            data-testid="budget-submit"
          >
            Set the budget
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
