import { goToPlace } from '../../actions/app';
import { Button, Empty } from '../../ui/controls';

/** What a task has changed, to be accepted or rejected; takes the place of the editor. */
export default function ReviewView({ task }: { task: string }) {
  return (
    <Empty
      icon="file"
      title={`Task ${task}`}
      action={<Button onClick={() => goToPlace()}>Back to the editor</Button>}
    >
      To be built.
    </Empty>
  );
}
