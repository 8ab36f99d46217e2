import { openNewTask } from '../../actions/queue';
import { Button } from '../../ui/controls';
import { useSession } from '../workspace/SessionContext';

export function NewTaskButton() {
  const session = useSession();
  return (
    <Button
      icon="plus"
      size="small"
      needs="editor"
      onClick={() => openNewTask(session)}
      data-testid="new-task"
    >
      New task
    </Button>
  );
}
