import { useEffect, useState } from 'react';
import { currentTimeline, Timeline } from '../../actions/timeline';
import { exporting } from '../../actions/timelineCommands';
import { Button, Problem, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import { EventList } from './EventList';
import { ExportDialog } from './ExportDialog';
import { MarksPanel } from './MarksPanel';
import { PastBanner } from './PastBanner';
import { PastChat } from './PastChat';
import { PastFiles } from './PastFiles';
import { PastPeople } from './PastPeople';
import { PastFile } from './PastFile';
import { Strip } from './Strip';
import { TimelineContext } from './TimelineContext';
import { Transport } from './Transport';
import { useLive } from './useLive';
import './timeline.css';
import './narrow.css';

/** The workspace as it was after event `seq`; takes the whole width below the header. */
export default function TimelineView({ seq }: { seq: number }) {
  const session = useSession();
  const [timeline, setTimeline] = useState<Timeline | null>(null);
  useEffect(() => {
    const made = new Timeline(session, seq);
    setTimeline(made);
    currentTimeline.set(made);
    made.start();
    return () => {
      made.close();
      currentTimeline.set(null);
    };
    // Another moment of the same workspace is looked at by the same object.
  }, [session]);
  useEffect(() => {
    timeline?.wentTo(seq);
  }, [timeline, seq]);
  if (timeline === null) return null;
  return (
    <TimelineContext.Provider value={timeline}>
      <Past timeline={timeline} />
    </TimelineContext.Provider>
  );
}

function Past({ timeline }: { timeline: Timeline }) {
  useLive(timeline);
  const shown = useStore(timeline.moment, (moment) => moment !== null);
  const failure = useStore(timeline.failure);
  const exportOpen = useStore(exporting);
  const compares = useStore(timeline.marks, ({ a, b }) => a !== undefined && b !== undefined);
  return (
    <main className="past" aria-label="The past" data-testid="timeline">
      <PastBanner />
      {failure !== null && (
        <div className="past-failure">
          <Problem message={failure.message} hint={failure.hint} />
          <Button size="small" onClick={() => timeline.again()}>
            Try again
          </Button>
        </div>
      )}
      {shown ? (
        <div className="past-columns">
          <PastFiles />
          <div className="past-centre">
            <PastFile />
            <div className="past-below">
              {compares && <MarksPanel />}
              <EventList />
            </div>
          </div>
          <aside className="past-side" aria-label="Agents and chat, then">
            <PastPeople />
            <PastChat />
          </aside>
        </div>
      ) : (
        <div className="past-columns centred-row muted">
          {failure === null && <Spinner label="Going there" />}
        </div>
      )}
      <div className="past-foot">
        <Transport />
        <Strip />
      </div>
      {exportOpen && <ExportDialog onClose={() => exporting.set(false)} />}
    </main>
  );
}
