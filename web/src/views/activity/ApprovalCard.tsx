import { shownParts } from '../../model/approvals';
import { pathOfInput } from '../../model/agents';
import type { ApprovalDecision, ApprovalInfo } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { QuestionCard } from './QuestionCard';

/** One call that waits: what it would do, and the answer. */
export function ApprovalCard({ approval }: { approval: ApprovalInfo }) {
  const path = pathOfInput(approval.input);
  const what = path === undefined ? approval.tool : `${approval.tool} ${path}`;
  return (
    <QuestionCard<ApprovalDecision>
      approval={approval}
      label={`${approval.agent} asks for ${what}`}
      what={what}
      otherwise="it is denied"
      byEnter="deny"
      buttons={(sent, answer) => (
        <>
          <Button needs="editor" type="submit" size="small" variant="danger" disabled={sent}>
            Deny
          </Button>
          <Button
            needs="editor"
            size="small"
            variant="primary"
            disabled={sent}
            onClick={() => answer('allow')}
          >
            Allow
          </Button>
        </>
      )}
    >
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
    </QuestionCard>
  );
}
