import { holdersOf } from '../../model/approvals';
import { pathOfInput } from '../../model/agents';
import type { ApprovalInfo, LockDecision } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { QuestionCard } from './QuestionCard';

/** An agent that waits too long for a lock: whose it is, and what to do. */
export function LockCard({ approval }: { approval: ApprovalInfo }) {
  const what = `waits for ${pathOfInput(approval.input) ?? 'a lock'}`;
  return (
    <QuestionCard<LockDecision>
      approval={approval}
      label={`${approval.agent} ${what}`}
      what={what}
      otherwise="it waits on"
      byEnter="wait"
      buttons={(sent, answer) => (
        <>
          <Button
            needs="editor"
            size="small"
            disabled={sent}
            title="The agent goes on without it"
            onClick={() => answer('cancel')}
          >
            Give up the wait
          </Button>
          <Button needs="editor" type="submit" size="small" disabled={sent} title="Ask again later">
            Wait
          </Button>
          <Button
            size="small"
            variant="danger"
            disabled={sent}
            title="What the holder writes with this lock is refused from now on"
            onClick={() => answer('approve')}
          >
            Take the lock away
          </Button>
        </>
      )}
    >
      <div className="approval-text" role="group" aria-label="Locks in the way" tabIndex={0}>
        {holdersOf(approval).map((line) => (
          <div key={line}>{line}</div>
        ))}
      </div>
    </QuestionCard>
  );
}
