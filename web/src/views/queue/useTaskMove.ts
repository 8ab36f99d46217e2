import { useEffect, useRef, useState } from 'react';
import { moveTask, spoken } from '../../actions/queue';
import { showFailure } from '../../actions/toasts';
import {
  moveTo,
  sayGap,
  standsInLine,
  stepGap,
  type Gap,
  type Lane,
  type Step,
} from '../../model/lanes';
import { summaryOf } from '../../model/markup';
import type { TaskInfo } from '../../protocol/entities';
import { useSession } from '../workspace/SessionContext';

/** A task that is being moved, and where it would go. */
export interface Grab {
  task: TaskInfo;
  gap: Gap;
  by: 'keys' | 'pointer';
}

export interface TaskMove {
  grab: Grab | null;
  /** Takes it, or puts it down where the gap is. */
  toggle: (task: TaskInfo) => void;
  take: (task: TaskInfo) => void;
  step: (step: Step) => void;
  /** The pointer is over a gap, or over none. */
  over: (gap: Gap | null) => void;
  drop: () => void;
  cancel: () => void;
}

/** Where a task is now, as a gap. */
function gapOf(lanes: Lane[], task: TaskInfo): Gap {
  const line = lanes.find(({ agent }) => agent === task.agent)?.line ?? [];
  const index = line.findIndex(({ id }) => id === task.id);
  return { agent: task.agent, index: Math.max(0, index) };
}

/**
 * What a person does to move a task, by pointer or by keys. Nothing is moved before it is put down;
 * one that begins or ends meanwhile is let go.
 */
export function useTaskMove(lanes: Lane[]): TaskMove {
  const session = useSession();
  const [grab, setGrab] = useState<Grab | null>(null);
  const latest = useRef(lanes);
  latest.current = lanes;

  const task = grab?.task;
  const stillThere =
    task === undefined || lanes.some(({ line }) => line.some(({ id }) => id === task.id));
  useEffect(() => {
    if (stillThere) return;
    setGrab(null);
    spoken.set('The task has begun or ended, and cannot be moved any more.');
  }, [stillThere]);

  const begin = (taken: TaskInfo, by: Grab['by']): void => {
    if (!standsInLine(taken)) return;
    setGrab({ task: taken, gap: gapOf(lanes, taken), by });
    if (by === 'keys') {
      spoken.set(
        `${summaryOf(taken.prompt)}: taken. Arrows move it, Space puts it down, Escape leaves it where it was.`,
      );
    }
  };
  const drop = (): void => {
    if (grab === null) return;
    setGrab(null);
    const move = moveTo(latest.current, grab.task, grab.gap);
    if (move === undefined) {
      spoken.set('The task stays where it was.');
      return;
    }
    const where = sayGap(latest.current, grab.task, grab.gap);
    moveTask(session, move).then(
      () => spoken.set(`Moved to ${where}.`),
      (thrown: unknown) => {
        spoken.set('The task was not moved.');
        showFailure(thrown);
      },
    );
  };
  return {
    grab,
    toggle: (taken) => (grab === null ? begin(taken, 'keys') : drop()),
    take: (taken) => begin(taken, 'pointer'),
    step: (step) => {
      if (grab === null) return;
      const gap = stepGap(lanes, grab.task, grab.gap, step);
      setGrab({ ...grab, gap });
      spoken.set(sayGap(lanes, grab.task, gap));
    },
    over: (gap) => {
      if (grab === null) return;
      setGrab({ ...grab, gap: gap ?? gapOf(lanes, grab.task) });
    },
    drop,
    cancel: () => {
      if (grab === null) return;
      setGrab(null);
      spoken.set('The task stays where it was.');
    },
  };
}
