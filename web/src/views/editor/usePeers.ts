import { useMemo } from 'react';
import { peersIn } from '../../model/presence';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import type { Peer } from './peerCursors';

/** The other people's cursors in a file. */
export function usePeers(path: string): Peer[] {
  const session = useSession();
  const mine = useStore(session.you, (you) => you?.connection ?? 0);
  // As a text: what is told again has not moved, though the text around it has.
  const told = useStore(session.here, (here) => JSON.stringify(peersIn(here, path, mine)));
  return useMemo(() => JSON.parse(told) as Peer[], [told]);
}
