import { useState, type FormEvent } from 'react';
import { scopeName } from '../../model/format';
import { summaryOf } from '../../model/markup';
import { parseUsd } from '../../model/submission';
import { isOver } from '../../model/tasks';
import { Dialog } from '../../ui/Dialog';
import { DialogFoot } from '../../ui/DialogFoot';
import { SelectField, TextField } from '../../ui/Field';
import { useWork } from '../../ui/useWork';
import { useSession, useWorkspace } from '../workspace/SessionContext';

/** Sets what the workspace, a day, an agent or a task may spend. */
export function BudgetDialog({ onClose }: { onClose: () => void }) {
  const session = useSession();
  const [scope, setScope] = useState('workspace');
  const [text, setText] = useState('');
  const work = useWork(onClose);
  const amount = parseUsd(text);
  const wrong = text.trim() !== '' && amount === undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (amount === undefined) return;
    work.start(() => session.call('cost.set_budget', { scope, limit_usd: amount }));
  };
  return (
    <Dialog label="Set a budget" onClose={onClose}>
      <form onSubmit={submit} data-testid="budget-dialog">
        <h2>Set a budget</h2>
        <ScopeField scope={scope} onChange={setScope} />
        <TextField
          id="budget-amount"
          label="Dollars"
          look="num"
          inputMode="decimal"
          autoFocus
          value={text}
          problem={wrong ? 'An amount such as 2.50, at most 1,000,000.' : undefined}
          note="Before each call the most that it can cost is set aside; an agent that has too little left waits."
          onChange={setText}
          data-testid="budget-amount"
        />
        <DialogFoot
          work={work}
          submit="Set the budget"
          testId="budget-submit"
          disabled={amount === undefined}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function ScopeField({ scope, onChange }: { scope: string; onChange: (scope: string) => void }) {
  const agents = useWorkspace((state) => state.agents);
  const tasks = useWorkspace((state) => state.tasks);
  return (
    <SelectField id="budget-scope" label="Of" value={scope} onChange={onChange}>
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
    </SelectField>
  );
}
