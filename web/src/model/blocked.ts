import type { TaskInfo } from '../protocol/entities';
import { plainNames, shortName } from './format';
import type { Lane } from './lanes';
import { summaryOf } from './markup';
import { isOver } from './tasks';

/** Why a task does not go on, and which tasks that depends on. */
export interface Blocked {
  text: string;
  on: string[];
}

interface Surroundings {
  tasks: TaskInfo[];
  lanes: Lane[];
}

/** Nothing for a task that works, is over, or is about to begin. */
export function blockedBy(task: TaskInfo, around: Surroundings): Blocked | undefined {
  if (isOver(task) || task.state === 'running') return undefined;
  if (task.state === 'waiting') return waits(task.waits_for ?? '', around);
  const open = openDependencies(task, around.tasks);
  if (task.state === 'paused') {
    const by = (task.waits_for ?? '').replace(/^pause: (paused by )?/, '');
    return { text: by === '' ? 'is paused' : `is paused by ${shortName(by)}`, on: ids(open) };
  }
  if (open.length > 0) return { text: `waits for ${named(open)}`, on: ids(open) };
  return inLine(task, around);
}

/** Those that have to succeed first and have not; what is not known any more is not counted. */
export function openDependencies(task: TaskInfo, tasks: TaskInfo[]): TaskInfo[] {
  const wanted = new Set(task.depends_on ?? []);
  return tasks.filter(({ id, state }) => wanted.has(id) && state !== 'succeeded');
}

/** Those that wait for the task. */
export function dependants(task: TaskInfo, tasks: TaskInfo[]): TaskInfo[] {
  return tasks.filter((other) => !isOver(other) && (other.depends_on ?? []).includes(task.id));
}

function waits(what: string, { tasks }: Surroundings): Blocked {
  const cut = what.indexOf(': ');
  const [kind, rest] = cut < 0 ? ['', what] : [what.slice(0, cut), what.slice(cut + 2)];
  switch (kind) {
    case 'lock':
      return { text: `waits for a lock: ${plainNames(rest)}`, on: [] };
    case 'task':
      return {
        text: `waits for what it gave others: ${rest}`,
        on: tasks.filter(({ id }) => rest.includes(id)).map(({ id }) => id),
      };
    case 'approval':
      return { text: `waits for a person: ${rest}`, on: [] };
    default:
      return { text: `waits for ${what === '' ? 'something' : what}`, on: [] };
  }
}

function inLine(task: TaskInfo, { lanes, tasks }: Surroundings): Blocked | undefined {
  const lane = lanes.find(({ agent }) => agent === task.agent);
  if (lane === undefined) return undefined;
  const ready = lane.line.filter(
    (other) => other.state === 'queued' && openDependencies(other, tasks).length === 0,
  );
  const ahead = ready.findIndex(({ id }) => id === task.id);
  const [now] = lane.active;
  const next = ahead > 0 ? `; ${ahead} ${ahead === 1 ? 'goes' : 'go'} first` : '';
  if (now !== undefined) {
    return { text: `${task.agent} does ${quoted(now)}${next}`, on: [now.id] };
  }
  const first = ready[0];
  return ahead > 0 && first !== undefined
    ? { text: `comes after ${ahead === 1 ? quoted(first) : `${ahead} others`}`, on: [first.id] }
    : undefined;
}

function ids(tasks: TaskInfo[]): string[] {
  return tasks.map(({ id }) => id);
}

const kNamed = 2;

function named(tasks: TaskInfo[]): string {
  const names = tasks.slice(0, kNamed).map((task) => `${quoted(task)} of ${task.agent}`);
  const more = tasks.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(' and ');
}

const kQuotedMax = 32;

function quoted({ prompt }: TaskInfo): string {
  const text = summaryOf(prompt);
  return `“${text.length > kQuotedMax ? `${text.slice(0, kQuotedMax - 1)}…` : text}”`;
}
