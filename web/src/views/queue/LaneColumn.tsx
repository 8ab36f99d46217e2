import { useState, type PointerEvent } from 'react';
import { openNewTask } from '../../actions/queue';
import { blockedBy } from '../../model/blocked';
import { toneOf } from '../../model/format';
import type { Lane } from '../../model/lanes';
import type { TaskInfo } from '../../protocol/entities';
import { Button, IconButton } from '../../ui/controls';
import { useSession } from '../workspace/SessionContext';
import { TaskCard, type Relation } from './TaskCard';
import type { TaskMove } from './useTaskMove';

const kLineShown = 100;
const kOverShown = 5;
const kOverMore = 50;

export interface Surroundings {
  tasks: TaskInfo[];
  lanes: Lane[];
}

/** One agent's column: what it does, what is next in order, what is over. */
export function LaneColumn(props: {
  lane: Lane;
  around: Surroundings;
  relate: (id: string) => Relation;
  move: TaskMove;
  onPress: (task: TaskInfo, event: PointerEvent<HTMLElement>) => void;
  onPoint: (id: string | null) => void;
}) {
  const session = useSession();
  const { lane, around, relate, move, onPress, onPoint } = props;
  const [overShown, setOverShown] = useState(kOverShown);
  const gap = move.grab !== null && move.grab.gap.agent === lane.agent ? move.grab.gap : undefined;
  const line = lane.line.slice(0, kLineShown);
  const card = (task: TaskInfo, index?: number) => (
    <TaskCard
      key={task.id}
      task={task}
      blocked={blockedBy(task, around)}
      relation={relate(task.id)}
      move={move}
      gapBefore={gap !== undefined && gap.index === index}
      onPress={onPress}
      onPoint={onPoint}
    />
  );
  return (
    <section
      className="lane"
      data-lane={lane.agent}
      data-tone={toneOf(`agent:${lane.agent}`)}
      aria-label={`Tasks of ${lane.agent}`}
      data-testid={`lane-${lane.agent}`}
    >
      <header className="lane-head">
        <span className="toned">{lane.agent}</span>
        <span className="faint num">{lane.active.length + lane.line.length} open</span>
        <span className="grow" />
        <IconButton
          icon="plus"
          size="small"
          label={`New task for ${lane.agent}`}
          onClick={() => openNewTask(session, { agent: lane.agent })}
        />
      </header>
      <ul className="lane-cards" data-scrolls tabIndex={0} aria-label={`Tasks of ${lane.agent}`}>
        {lane.active.map((task) => card(task))}
        {line.map((task, index) => card(task, index))}
        <li
          className="lane-end"
          data-gap={(gap !== undefined && gap.index >= line.length) || undefined}
        >
          {lane.line.length > line.length && (
            <span className="muted">and {lane.line.length - line.length} more in line</span>
          )}
          {lane.active.length + lane.line.length === 0 && (
            <span className="faint">nothing to do</span>
          )}
        </li>
        {lane.over.slice(0, overShown).map((task) => card(task))}
        {lane.over.length > overShown && (
          <li>
            <Button
              size="small"
              variant="ghost"
              onClick={() => setOverShown((shown) => shown + kOverMore)}
            >
              {lane.over.length - overShown} more that are over
            </Button>
          </li>
        )}
      </ul>
    </section>
  );
}
