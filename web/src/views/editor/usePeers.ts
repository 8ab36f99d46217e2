import { useMemo } from 'react';
import { peersIn } from '../../model/presence';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import type { Peer } from './peerCursors';

/** The other people's cursors in a file. */
export function usePeers(path: string): Peer[] {
  const session = useSession();
  const here = useStore(session.here);
  const mine = useStore(session.you, (you) => you?.connection ?? 0);
  return useMemo(() => peersIn(here, path, mine), [here, path, mine]);
}
