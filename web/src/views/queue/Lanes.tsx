import { useEffect, useMemo, useRef, useState } from 'react';
import { dropSettled, pendingMoves, spoken } from '../../actions/queue';
import { lanesOf } from '../../model/lanes';
import { summaryOf } from '../../model/markup';
import { lanesAfter } from '../../model/pendingMoves';
import type { TaskInfo } from '../../protocol/entities';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { DependencyLines } from './DependencyLines';
import { LaneColumn } from './LaneColumn';
import { NewTaskButton } from './NewTaskButton';
import type { Relation } from './TaskCard';
import { usePointerDrag } from './usePointerDrag';
import { useTaskMove } from './useTaskMove';

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

/** A lane for each agent, or for the one that is chosen, and what waits for what between them. */
export function Lanes({ tasks }: { tasks: TaskInfo[] }) {
  const session = useSession();
  const agents = useWorkspace((state) => state.agents);
  const [agent, setAgent] = useState('');
  const [pointed, setPointed] = useState<string | null>(null);
  const pending = useStore(pendingMoves);
  const box = useRef<HTMLDivElement>(null);
  const lanes = useMemo(() => {
    const names = agents.map(({ name }) => name);
    return lanesAfter(lanesOf(tasks, names), pending);
  }, [tasks, agents, pending]);
  useEffect(() => dropSettled(session), [session, tasks]);
  const move = useTaskMove(lanes);
  const drag = usePointerDrag(move);
  const relate = useMemo(() => relationTo(tasks, pointed), [tasks, pointed]);
  const around = { tasks, lanes };
  return (
    <>
      <div className="queue" data-dragging={drag.at !== null || undefined}>
        <div className="filters">
          <NewTaskButton />
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
        <div className="lanes" data-scrolls ref={box}>
          <DependencyLines tasks={tasks} pointed={pointed} box={box} />
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
