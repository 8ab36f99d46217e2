import { shownParts } from '../../model/approvals';
import { pathOfInput } from '../../model/agents';
import { toneOf } from '../../model/format';
import type { ApprovalDecision, ApprovalInfo } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { useAnswer } from './useAnswer';

/** One call that waits: what it would do, and the answer. */
export function ApprovalCard({ approval }: { approval: ApprovalInfo }) {
  const { id, agent, tool, why } = approval;
  const { note, setNote, sent, answer } = useAnswer<ApprovalDecision>(id);
  const path = pathOfInput(approval.input);
  const what = path === undefined ? tool : `${tool} ${path}`;
  return (
    <article
      className="approval"
      data-tone={toneOf(`agent:${agent}`)}
      data-testid={`approval-${id}`}
      aria-label={`${agent} asks for ${what}`}
    >
      <div className="approval-head">
        <strong className="toned">{agent}</strong>
        <span className="mono truncate">{what}</span>
        <span className="grow" />
        <span className="faint">{why}</span>
        <time className="faint num" dateTime={approval.expires_at}>
          denied at {new Date(approval.expires_at).toLocaleTimeString()}
        </time>
      </div>
      {shownParts(approval).map((part) => (
        <pre
          key={part.label}
          className="approval-text"
          data-change={part.change}
          role="group"
          aria-label={part.label}
          tabIndex={0}
        >
          {part.text}
        </pre>
      ))}
      <form
        className="approval-answer"
        onSubmit={(event) => {
          event.preventDefault();
          answer('deny');
        }}
      >
        <input
          className="input"
          value={note}
          placeholder="A note for the agent"
          aria-label={`Note for ${agent}`}
          maxLength={1000}
          onChange={(event) => setNote(event.target.value)}
        />
        <Button type="submit" size="small" variant="danger" disabled={sent}>
          Deny
        </Button>
        <Button size="small" variant="primary" disabled={sent} onClick={() => answer('allow')}>
          Allow
        </Button>
      </form>
    </article>
  );
}
