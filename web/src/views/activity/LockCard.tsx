import { holdersOf } from '../../model/approvals';
import { pathOfInput } from '../../model/agents';
import { toneOf } from '../../model/format';
import type { ApprovalInfo, LockDecision } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { useAnswer } from './useAnswer';

/** An agent that waits too long for a lock: whose it is, and what to do. */
export function LockCard({ approval }: { approval: ApprovalInfo }) {
  const { id, agent, why } = approval;
  const { note, setNote, sent, answer } = useAnswer<LockDecision>(id);
  const path = pathOfInput(approval.input) ?? 'a lock';
  return (
    <article
      className="approval"
      data-tone={toneOf(`agent:${agent}`)}
      data-testid={`approval-${id}`}
      aria-label={`${agent} waits for ${path}`}
    >
      <div className="approval-head">
        <strong className="toned">{agent}</strong>
        <span className="mono truncate">waits for {path}</span>
        <span className="grow" />
        <span className="faint">{why}</span>
        <time className="faint num" dateTime={approval.expires_at}>
          waits on at {new Date(approval.expires_at).toLocaleTimeString()}
        </time>
      </div>
      <div className="approval-text" role="group" aria-label="Locks in the way" tabIndex={0}>
        {holdersOf(approval).map((line) => (
          <div key={line}>{line}</div>
        ))}
      </div>
      <form
        className="approval-answer"
        onSubmit={(event) => {
          event.preventDefault();
          answer('wait');
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
        <Button
          size="small"
          disabled={sent}
          title="The agent goes on without it"
          onClick={() => answer('cancel')}
        >
          Give up the wait
        </Button>
        <Button type="submit" size="small" disabled={sent} title="Ask again later">
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
      </form>
    </article>
  );
}
