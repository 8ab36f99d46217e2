import type { TaskInfo } from '../protocol/entities';
import { isOver } from './tasks';

/** That one task begins after another has succeeded, between two that are on the board. */
export interface Link {
  /** What goes first. */
  from: string;
  /** What waits for it. */
  to: string;
  state: 'open' | 'done' | 'failed';
}

/** The edges of a card, in pixels of what the lines are drawn on. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** As many as one can still tell apart. */
const kLinksMax = 100;

/** What the tasks that are not over wait for, and whether that has come. */
export function linksOf(tasks: TaskInfo[]): Link[] {
  const known = new Map(tasks.map((task) => [task.id, task]));
  const links = tasks
    .filter((task) => !isOver(task))
    .flatMap(({ id, depends_on: on = [] }) =>
      on.flatMap((from): Link[] => {
        const task = known.get(from);
        return task === undefined ? [] : [{ from, to: id, state: stateOf(task) }];
      }),
    );
  return links.slice(0, kLinksMax);
}

function stateOf(task: TaskInfo): Link['state'] {
  if (!isOver(task)) return 'open';
  return task.state === 'succeeded' ? 'done' : 'failed';
}

/** How far a line goes beside the cards of its own lane. */
const kBesidePx = 11;
const kBendPx = 36;

/** An SVG path between two cards: on the sides that they face, or beside both in one lane. */
export function pathOf(from: Box, to: Box): string {
  const start = (from.top + from.bottom) / 2;
  const end = (to.top + to.bottom) / 2;
  const [x1, x2, bend1, bend2] =
    from.right <= to.left
      ? [from.right, to.left, kBendPx, -kBendPx]
      : to.right <= from.left
        ? [from.left, to.right, -kBendPx, kBendPx]
        : [from.left, to.left, -kBesidePx, -kBesidePx];
  const at = (x: number, y: number): string => `${Math.round(x)} ${Math.round(y)}`;
  return `M${at(x1, start)}C${at(x1 + bend1, start)} ${at(x2 + bend2, end)} ${at(x2, end)}`;
}

/** The part of a card that its lane shows; scrolled away, the edge that it is behind. */
export function clipped(card: Box, lane: Box): Box {
  const within = (y: number): number => Math.min(Math.max(y, lane.top), lane.bottom);
  return { ...card, top: within(card.top), bottom: within(card.bottom) };
}
