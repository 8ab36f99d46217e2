import { useEffect } from 'react';
import type { Timeline } from '../../actions/timeline';
import { useWorkspace } from '../workspace/SessionContext';

/** How often a log that grows is counted anew. */
const kCountMs = 1_000;

/** The strip grows as events arrive. */
export function useLive(timeline: Timeline): void {
  const head = useWorkspace((state) => state.seq);
  useEffect(() => {
    if (head <= (timeline.density.get()?.to ?? head)) return undefined;
    const timer = setTimeout(() => timeline.count(), kCountMs);
    return () => clearTimeout(timer);
  }, [timeline, head]);
}
