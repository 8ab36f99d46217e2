import type { LockInfo } from '../../protocol/entities';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';

/**
 * The write lock of somebody else that makes a file read-only here, if there is one. While a save
 * is under way the server holds the lock on our behalf, which is no barrier.
 */
export function useWriteBarrier(path: string, saving: boolean): LockInfo | null {
  const session = useSession();
  const mine = useStore(session.locks.tokens, (tokens) => tokens[path]);
  const writer = useWorkspace((state) => state.locks[path]?.find((lock) => lock.mode === 'write'));
  return writer === undefined || writer.token === mine || saving ? null : writer;
}
