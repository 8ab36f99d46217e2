import { createContext, useContext } from 'react';
import type { WorkspaceSession } from '../../actions/session';
import type { WorkspaceState } from '../../model/state';
import { useStore } from '../../ui/useStore';

export const SessionContext = createContext<WorkspaceSession | null>(null);

export function useSession(): WorkspaceSession {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('used outside of a workspace');
  return session;
}

/** A part of the workspace's state; only drawn below WorkspaceView, where there is one. */
export function useWorkspace<Part>(select: (state: WorkspaceState) => Part): Part {
  const session = useSession();
  return useStore(session.state, (state) => {
    if (state === null) throw new Error('the workspace is not attached yet');
    return select(state);
  });
}
