import { useEffect } from 'react';
import type { Timeline } from '../../actions/timeline';

/** How often a log that grows is counted anew. */
const kCountMs = 1_000;

/** The strip grows as events arrive. */
export function useLive(timeline: Timeline): void {
  useEffect(() => {
    const timer = setInterval(() => {
      const density = timeline.density.get();
      if (density !== null && density.to < timeline.head()) timeline.count();
    }, kCountMs);
    return () => clearInterval(timer);
  }, [timeline]);
}
