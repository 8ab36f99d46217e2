import { createContext, useContext } from 'react';
import type { Moment, Timeline } from '../../actions/timeline';
import { useStore } from '../../ui/useStore';

export const TimelineContext = createContext<Timeline | null>(null);

export function useTimeline(): Timeline {
  const timeline = useContext(TimelineContext);
  if (timeline === null) throw new Error('outside of the timeline');
  return timeline;
}

/** The moment that is shown. Only for what is drawn once there is one. */
export function useMoment(): Moment {
  const moment = useStore(useTimeline().moment);
  if (moment === null) throw new Error('no moment is shown yet');
  return moment;
}
