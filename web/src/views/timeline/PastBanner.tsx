import { copyLink } from '../../actions/fileActions';
import { goToPlace } from '../../actions/app';
import { keyLabel } from '../../actions/keys';
import { askFork, askRestore, exporting, kTimelineKeys } from '../../actions/timelineCommands';
import { describe } from '../../model/describe';
import { shortName, toneOf } from '../../model/format';
import { Icon } from '../../ui/Icon';
import { Button, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { useTimeline } from './TimelineContext';

/** That this is the past, which moment of it, and the ways out of it. */
export function PastBanner() {
  const session = useSession();
  const timeline = useTimeline();
  const seq = useStore(timeline.target);
  const loading = useStore(timeline.loading);
  const head = useWorkspace((state) => state.seq);
  return (
    <div className="past-banner" role="region" aria-label="This is the past">
      <div className="past-when">
        <Icon name="clock" size={16} />
        <strong>The past</strong>
        <When />
        <span className="faint num" data-testid="past-seq">
          event {seq} of {head}
        </span>
        {loading && <Spinner label="Going there" />}
      </div>
      <What />
      <div className="past-actions">
        <Button
          size="small"
          variant="ghost"
          onClick={() => void copyLink(session, { kind: 'moment', seq })}
        >
          Copy link
        </Button>
        <Button size="small" variant="ghost" onClick={() => exporting.set(true)}>
          Export…
        </Button>
        <Button
          size="small"
          variant="ghost"
          icon="branch"
          onClick={() => askFork(session, seq)}
          needs="owner"
          data-testid="past-fork"
        >
          Fork…
        </Button>
        <Button
          size="small"
          variant="ghost"
          icon="undo"
          onClick={() => askRestore(session, seq)}
          needs="editor"
          data-testid="past-restore"
        >
          Restore…
        </Button>
        <Button
          size="small"
          variant="primary"
          title={`Back to now (${keyLabel(kTimelineKeys)})`}
          onClick={() => goToPlace()}
          data-testid="past-leave"
        >
          Back to now
        </Button>
      </div>
    </div>
  );
}

function When() {
  const event = useStore(useTimeline().moment, (moment) => moment?.event);
  if (event === undefined) return null;
  const date = new Date(event.ts);
  return (
    <time className="num" dateTime={event.ts} data-testid="past-time">
      {date.toLocaleDateString('en', { month: 'short', day: 'numeric' })}{' '}
      {date.toTimeString().slice(0, 8)}
    </time>
  );
}

/** What had just happened. */
function What() {
  const event = useStore(useTimeline().moment, (moment) => moment?.event);
  return (
    <p className="past-what truncate" data-tone={event && toneOf(event.actor)}>
      {event !== undefined && (
        <>
          <span className="toned">{shortName(event.actor)}</span>{' '}
          <span className="faint mono">{event.type}</span> {describe(event)}
        </>
      )}
    </p>
  );
}
