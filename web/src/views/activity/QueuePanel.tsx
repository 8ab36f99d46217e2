import { newTask } from '../../actions/queue';
import { Empty } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { Lanes } from '../queue/Lanes';
import { NewTaskButton } from '../queue/NewTaskButton';
import { SubmitDialog } from '../queue/SubmitDialog';
import { useWorkspace } from '../workspace/SessionContext';

/** The tasks in one column for each agent: they are moved, given out and looked into here. */
export function QueuePanel() {
  const tasks = useWorkspace((state) => state.tasks);
  const asked = useStore(newTask);
  return (
    <>
      {tasks.length === 0 ? <NoTask /> : <Lanes tasks={tasks} />}
      {asked !== null && <SubmitDialog initial={asked} onClose={() => newTask.set(null)} />}
    </>
  );
}

function NoTask() {
  return (
    <Empty icon="list" title="No task yet" action={<NewTaskButton />}>
      A message to an agent becomes a task in its queue. Each agent does one at a time, the highest
      priority first; you can reorder them, give them to another agent, and let one wait for others.
    </Empty>
  );
}
