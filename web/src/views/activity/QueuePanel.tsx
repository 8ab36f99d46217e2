import { useMemo, useState } from 'react';
import { newTask, openNewTask, spoken } from '../../actions/queue';
import { lanesOf } from '../../model/lanes';
import { summaryOf } from '../../model/markup';
import type { TaskInfo } from '../../protocol/entities';
import { Button, Empty } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { LaneColumn } from '../queue/LaneColumn';
import { SubmitDialog } from '../queue/SubmitDialog';
import type { Relation } from '../queue/TaskCard';
import { usePointerDrag } from '../queue/usePointerDrag';
import { useTaskMove } from '../queue/useTaskMove';
import { useSession, useWorkspace } from '../workspace/SessionContext';

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
  const session = useSession();
  return (
    <Empty
      icon="list"
      title="No task yet"
      action={
        <Button
          icon="plus"
          size="small"
          onClick={() => openNewTask(session)}
          data-testid="new-task"
        >
          New task
        </Button>
      }
    >
      A message to an agent becomes a task in its queue. Each agent does one at a time, the highest
      priority first; you can reorder them, give them to another agent, and let one wait for others.
    </Empty>
  );
}

/** Which cards a card stands to: those it needs, and those that need it. */
function relationTo(tasks: TaskInfo[], pointed: string | null): (id: string) => Relation {
  const chosen = tasks.find(({ id }) => id === pointed);
  const needed = new Set(chosen?.depends_on ?? []);
  if (chosen?.parent !== undefined) needed.add(chosen.parent);
  const needs = new Set(
    tasks
      .filter(({ depends_on: on = [], parent }) => on.includes(pointed ?? '') || parent === pointed)
      .map(({ id }) => id),
  );
  const related = chosen !== undefined && needed.size + needs.size > 0;
  return (id) => {
    if (!related) return undefined;
    if (id === pointed) return 'itself';
    if (needed.has(id)) return 'needed';
    return needs.has(id) ? 'needs' : undefined;
  };
}

function Lanes({ tasks }: { tasks: TaskInfo[] }) {
  const session = useSession();
  const agents = useWorkspace((state) => state.agents);
  const [agent, setAgent] = useState('');
  const [pointed, setPointed] = useState<string | null>(null);
  const lanes = useMemo(
    () =>
      lanesOf(
        tasks,
        agents.map(({ name }) => name),
      ),
    [tasks, agents],
  );
  const move = useTaskMove(lanes);
  const drag = usePointerDrag(move);
  const relate = useMemo(() => relationTo(tasks, pointed), [tasks, pointed]);
  const around = { tasks, lanes };
  return (
    <>
      <div className="queue" data-dragging={drag.at !== null || undefined}>
        <div className="filters">
          <Button
            icon="plus"
            size="small"
            onClick={() => openNewTask(session)}
            data-testid="new-task"
          >
            New task
          </Button>
          <select
            className="select"
            aria-label="Agent"
            value={agent}
            onChange={(event) => setAgent(event.target.value)}
          >
            <option value="">All agents</option>
            {lanes.map((lane) => (
              <option key={lane.agent}>{lane.agent}</option>
            ))}
          </select>
          <span className="muted wide-only">Drag a task to another place or agent.</span>
        </div>
        <div className="lanes" data-scrolls>
          {lanes
            .filter((lane) => agent === '' || lane.agent === agent)
            .map((lane) => (
              <LaneColumn
                key={lane.agent}
                lane={lane}
                around={around}
                relate={relate}
                move={move}
                onPress={drag.press}
                onPoint={setPointed}
              />
            ))}
        </div>
        <Spoken />
      </div>
      {drag.at !== null && move.grab !== null && (
        <div className="drag-ghost truncate" style={{ left: drag.at.x, top: drag.at.y }}>
          {summaryOf(move.grab.task.prompt)}
        </div>
      )}
    </>
  );
}

function Spoken() {
  const text = useStore(spoken);
  return (
    <div className="visually-hidden" aria-live="assertive" data-testid="queue-spoken">
      {text}
    </div>
  );
}
