import { useState } from 'react';
import { inputOf, subjectOf, TOOLS, type ToolName } from '../../model/rules';
import type { ApprovalRule } from '../../protocol/entities';
import { useWorkspace } from '../workspace/SessionContext';
import { useVerdict } from './useVerdict';

/** What would become of a call under these rules, before they are saved. Nobody is asked. */
export function RuleTrial({ rules }: { rules: ApprovalRule[] }) {
  const agents = useWorkspace((state) => state.agents);
  const [agent, setAgent] = useState('');
  const [tool, setTool] = useState<ToolName>('run_command');
  const [text, setText] = useState('');
  const [secret, setSecret] = useState('');
  const subject = subjectOf(tool);
  const ready = subject === '' || text.trim() !== '';
  const input = inputOf(tool, text, secret.trim());
  const verdict = useVerdict(
    ready ? { tool, input, rules, ...(agent === '' ? {} : { agent }) } : undefined,
  );
  return (
    <fieldset className="rule-trial">
      <legend>What would happen</legend>
      <select
        className="select"
        aria-label="Agent to try"
        value={agent}
        onChange={(event) => setAgent(event.target.value)}
      >
        <option value="">any agent</option>
        {agents.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        className="select"
        aria-label="Tool to try"
        value={tool}
        onChange={(event) => setTool(event.target.value as ToolName)}
      >
        {TOOLS.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
      {subject !== '' && (
        <input
          className="input mono"
          aria-label={`${subject} to try`}
          placeholder={subject}
          value={text}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      {tool === 'run_command' && (
        <input
          className="input mono"
          aria-label="Secret to try"
          placeholder="no secret"
          value={secret}
          spellCheck={false}
          onChange={(event) => setSecret(event.target.value)}
        />
      )}
      <output data-testid="rule-verdict" data-decision={verdict?.decision}>
        {verdict === undefined ? '' : `${verdict.decision}: ${verdict.why}`}
      </output>
    </fieldset>
  );
}
