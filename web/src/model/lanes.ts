import type { TaskInfo } from '../protocol/entities';
import type { ParamsOf } from '../protocol/methods';
import { inTurn, isOver } from './tasks';

/** One agent's tasks. */
export interface Lane {
  agent: string;
  /** What it does now. */
  active: TaskInfo[];
  /** What stands in line, paused tasks too, in the order in which it is done. */
  line: TaskInfo[];
  /** What is over, the newest first. */
  over: TaskInfo[];
}

/** A gap in a lane's line: before its task number `index`, or after the last. */
export interface Gap {
  agent: string;
  index: number;
}

export type Move = ParamsOf<'tasks.move'>;

export function standsInLine(task: TaskInfo): boolean {
  return task.state === 'queued' || task.state === 'paused';
}

/** A lane for each agent, in their order, and for whoever else has tasks. */
export function lanesOf(tasks: TaskInfo[], agents: string[]): Lane[] {
  const lanes = new Map<string, Lane>();
  const laneOf = (agent: string): Lane => {
    const lane = lanes.get(agent) ?? { agent, active: [], line: [], over: [] };
    lanes.set(agent, lane);
    return lane;
  };
  agents.forEach(laneOf);
  for (const task of tasks) {
    const lane = laneOf(task.agent);
    if (standsInLine(task)) lane.line.push(task);
    else if (isOver(task)) lane.over.push(task);
    else lane.active.push(task);
  }
  for (const lane of lanes.values()) {
    lane.line.sort(inTurn);
    lane.over.sort((a, b) => ((a.finished_at ?? '') < (b.finished_at ?? '') ? 1 : -1));
  }
  return [...lanes.values()];
}

/** Why the task has to stay with its agent; nothing where it need not. */
export function boundTo(task: TaskInfo): string | undefined {
  if (task.parent !== undefined) return `an agent waits for it that gave it to ${task.agent}`;
  return task.attempt > 1 ? `it has begun with ${task.agent}` : undefined;
}

/**
 * What to ask for so that the task stands in the gap; nothing where it stands there already, or
 * may not. After the last task it takes that one's priority, so that it is the last.
 */
export function moveTo(lanes: Lane[], task: TaskInfo, gap: Gap): Move | undefined {
  const lane = lanes.find(({ agent }) => agent === gap.agent);
  if (lane === undefined || !standsInLine(task)) return undefined;
  const own = lane.agent === task.agent;
  if (!own && boundTo(task) !== undefined) return undefined;
  const at = lane.line.findIndex(({ id }) => id === task.id);
  if (at >= 0 && (gap.index === at || gap.index === at + 1)) return undefined;
  const before = lane.line[gap.index];
  if (before !== undefined) return { id: task.id, before: before.id };
  const last = lane.line.at(-1);
  const priority = last === undefined ? task.priority : last.priority;
  return { id: task.id, agent: lane.agent, priority };
}

export type Step = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

/** The gap that a step leads to from `gap`: a lane is left for its neighbours, never beyond. */
export function stepGap(lanes: Lane[], task: TaskInfo, gap: Gap, step: Step): Gap {
  const open = lanes.filter(({ agent }) => agent === task.agent || boundTo(task) === undefined);
  const here = open.findIndex(({ agent }) => agent === gap.agent);
  const lane = open[here];
  if (lane === undefined) return gap;
  const end = lane.line.length;
  switch (step) {
    case 'first':
      return { ...gap, index: 0 };
    case 'last':
      return { ...gap, index: end };
    case 'up':
      return { ...gap, index: nextIndex(lane, task, gap.index, -1) };
    case 'down':
      return { ...gap, index: nextIndex(lane, task, gap.index, 1) };
    case 'left':
    case 'right': {
      const next = open[here + (step === 'left' ? -1 : 1)];
      if (next === undefined) return gap;
      return { agent: next.agent, index: Math.min(gap.index, next.line.length) };
    }
  }
}

/** The two gaps beside the task itself are one: a step passes both. */
function nextIndex(lane: Lane, task: TaskInfo, index: number, by: 1 | -1): number {
  const at = lane.line.findIndex(({ id }) => id === task.id);
  const beside = at >= 0 && (index === at || index === at + 1);
  const from = beside ? (by < 0 ? at : at + 1) : index;
  return Math.max(0, Math.min(lane.line.length, from + by));
}

/** Where the gap is, for somebody who does not see it. */
export function sayGap(lanes: Lane[], task: TaskInfo, gap: Gap): string {
  const line = lanes.find(({ agent }) => agent === gap.agent)?.line ?? [];
  const others = line.filter(({ id }) => id !== task.id);
  const shift = line.findIndex(({ id }) => id === task.id);
  const ahead = shift >= 0 && shift < gap.index ? gap.index - 1 : gap.index;
  return `${gap.agent}, place ${ahead + 1} of ${others.length + 1}`;
}
