import type { LockInfo } from '../../protocol/entities';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';

/** The write lock of somebody else that makes a file read-only here, if there is one. */
export function useWriteBarrier(path: string): LockInfo | null {
  const session = useSession();
  const mine = useStore(session.locks.tokens, (tokens) => tokens[path]);
  const writer = useWorkspace((state) =>
    state.locks[path]?.find((lock) => lock.mode === 'write'),
  );
  if (writer === undefined || writer.token === mine) return null;
  return writer.holder.startsWith('user:') ? null : writer;
}
