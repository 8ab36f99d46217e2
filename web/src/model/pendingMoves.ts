import { standsInLine, type Lane, type Move } from './lanes';
import { comparePlaces } from './tasks';
import type { TaskInfo } from '../protocol/entities';

/** A move that a person has made and the log may not have yet. */
export interface PendingMove {
  move: Move;
  /** The task's place when it was moved. */
  was: number[];
  /** The server has done it; its event comes, or has come. */
  answered: boolean;
}

/** Nothing is left to show: it is done and its event is here, or the task is gone. */
export function isSettled({ was, answered }: PendingMove, task: TaskInfo | undefined): boolean {
  return task === undefined || (answered && comparePlaces(task.place, was) !== 0);
}

/** The lanes as they will be once the moves are done. A task that has begun meanwhile stays. */
export function lanesAfter(lanes: Lane[], pending: PendingMove[]): Lane[] {
  return pending.reduce(lanesAfterOne, lanes);
}

function lanesAfterOne(lanes: Lane[], { move }: PendingMove): Lane[] {
  const task = lanes.flatMap(({ line }) => line).find(({ id }) => id === move.id);
  if (task === undefined || !standsInLine(task)) return lanes;
  const { before } = move;
  const to = lanes.find(({ agent, line }) =>
    before === undefined
      ? agent === (move.agent ?? task.agent)
      : line.some(({ id }) => id === before),
  );
  // The one that it goes before has begun: only the server knows where it stands then.
  if (to === undefined) return lanes;
  return lanes.map((lane) => {
    const line = lane.line.filter(({ id }) => id !== task.id);
    if (lane !== to) return line.length === lane.line.length ? lane : { ...lane, line };
    const at = line.findIndex(({ id }) => id === before);
    return { ...lane, line: line.toSpliced(at < 0 ? line.length : at, 0, task) };
  });
}
