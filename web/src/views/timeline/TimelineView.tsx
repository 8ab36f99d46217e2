import { goToPlace } from '../../actions/app';
import { Button, Empty } from '../../ui/controls';

/** The workspace as it was after event `seq`; takes the whole width below the header. */
export default function TimelineView({ seq }: { seq: number }) {
  return (
    <Empty
      icon="clock"
      title={`After event ${seq}`}
      action={<Button onClick={() => goToPlace()}>Back to now</Button>}
    >
      To be built.
    </Empty>
  );
}
