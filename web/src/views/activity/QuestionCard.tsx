import type { ReactNode } from 'react';
import { toneOf } from '../../model/format';
import type { ApprovalDecision, ApprovalInfo, LockDecision } from '../../protocol/entities';
import { useAnswer } from './useAnswer';

/** A question of an agent: who asks what, until when, and the answers with a note. */
export function QuestionCard<Decision extends ApprovalDecision | LockDecision>(props: {
  approval: ApprovalInfo;
  label: string;
  what: string;
  /** What happens at the end of the time: "denied at". */
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
        <span className="faint">{why}</span>
        <time className="faint num" dateTime={end}>
          {props.otherwise} {new Date(end).toLocaleTimeString()}
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
