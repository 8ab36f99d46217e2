import { useState } from 'react';
import { attempt } from '../../actions/toasts';
import type { ApprovalDecision, LockDecision } from '../../protocol/entities';
import { useSession } from '../workspace/SessionContext';

/** Answers a question, once; an answer that did not arrive may be given again. */
export function useAnswer<Decision extends ApprovalDecision | LockDecision>(id: string) {
  const session = useSession();
  const [note, setNote] = useState('');
  const [sent, setSent] = useState(false);
  const answer = (decision: Decision): void => {
    setSent(true);
    const words = note.trim();
    attempt(() =>
      session
        .call('approvals.answer', { id, decision, ...(words === '' ? {} : { note: words }) })
        .catch((thrown: unknown) => {
          setSent(false);
          throw thrown;
        }),
    );
  };
  return { note, setNote, sent, answer };
}
