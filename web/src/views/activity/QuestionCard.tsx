import type { ReactNode } from 'react';
import { clock, plainNames, toneOf } from '../../model/format';
import type { ApprovalDecision, ApprovalInfo, LockDecision } from '../../protocol/entities';
import { useAnswer } from './useAnswer';

/** A question of an agent: who asks what, until when, and the answers with a note. */
export function QuestionCard<Decision extends ApprovalDecision | LockDecision>(props: {
  approval: ApprovalInfo;
  label: string;
  what: string;
  /** What happens at the end of the time: "it is denied". */
  otherwise: string;
  /** What Enter in the note answers. */
  byEnter: Decision;
  buttons: (sent: boolean, answer: (decision: Decision) => void) => ReactNode;
  children: ReactNode;
}) {
  const { id, agent, why, expires_at: end } = props.approval;
  const { note, setNote, sent, answer } = useAnswer<Decision>(id);
  return (
    <article
      className="approval"
      data-tone={toneOf(`agent:${agent}`)}
      data-testid={`approval-${id}`}
      aria-label={props.label}
    >
      <div className="approval-head">
        <strong className="toned">{agent}</strong>
        <span className="mono truncate">{props.what}</span>
        <span className="grow" />
        <span className="faint">{plainNames(why)}</span>
        <time className="faint num" dateTime={end}>
          no answer by {clock(end).slice(0, 5)}: {props.otherwise}
        </time>
      </div>
      {props.children}
      <form
        className="approval-answer"
        onSubmit={(event) => {
          event.preventDefault();
          answer(props.byEnter);
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
        {props.buttons(sent, answer)}
      </form>
    </article>
  );
}
