import { useState } from 'react';
import { askForLock } from '../../actions/askForLock';
import type { LockInfo } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { useSession, useWorkspace } from '../workspace/SessionContext';

/** Tells the agent that holds the lock that a person would like to go on. */
export function AskForLock({ path, barrier }: { path: string; barrier: LockInfo }) {
  const session = useSession();
  const [asked, setAsked] = useState(false);
  const { holder } = barrier;
  const task = useWorkspace(
    (state) => state.agents.find(({ name }) => holder === `agent:${name}`)?.task,
  );
  // A person is asked by word of mouth; an agent without a task hears nothing.
  if (task === undefined) return null;
  const ask = (): void => {
    setAsked(true);
    askForLock(session, task, path).catch(() => setAsked(false));
  };
  return (
    <Button needs="editor" size="small" disabled={asked} onClick={ask} data-testid="ask-for-lock">
      {asked ? 'Asked' : 'Ask for it'}
    </Button>
  );
}
