import type { RefusedPlace, TaskChanges, TaskHunk } from '../protocol/entities';
import type { WireEvent } from '../protocol/events';

export type ReviewedFile = TaskChanges['files'][number];

/** A line of a file as the task left it, or one that it took away; numbers count from 1. */
export interface ReviewLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
  /** In the file without the task; absent where that cannot be told. */
  old?: number;
  /** In the file as it is. */
  new?: number;
}

/** A part of a file's difference, from top to bottom. */
export type ReviewBlock =
  | { kind: 'gap'; key: string; count: number }
  | { kind: 'context'; key: string; lines: ReviewLine[] }
  | { kind: 'hunk'; key: string; hunk: TaskHunk; lines: ReviewLine[] };

/** One row of the view with two sides. */
export interface ReviewPair {
  left?: ReviewLine;
  right?: ReviewLine;
}

const kContextLines = 3;

export function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The lines of a hunk; `delta` is by how much the lines before it have made the file longer. */
export function hunkLines(hunk: TaskHunk, delta: number | undefined): ReviewLine[] {
  if (hunk.kind !== 'lines' && hunk.kind !== 'created' && hunk.kind !== 'removed') return [];
  const at = hunk.line ?? 1;
  const removed = linesOf(hunk.removed).map((text, index): ReviewLine => ({
    kind: 'removed',
    text,
    ...(delta === undefined ? {} : { old: at - delta + index }),
  }));
  const added = linesOf(hunk.added).map((text, index): ReviewLine => ({
    kind: 'added',
    text,
    new: at + index,
  }));
  return [...removed, ...added];
}

/**
 * The hunks of a file with the lines around them, as far as its `text` is known. Lines that lie
 * between two hunks are shown once; a gap says how many are not.
 */
export function blocksOfFile(file: ReviewedFile, text?: string): ReviewBlock[] {
  const lines = linesOf(text);
  const blocks: ReviewBlock[] = [];
  let delta: number | undefined = 0;
  let shown = 0;
  const context = (from: number, to: number): void => {
    const after = delta;
    const same = lines.slice(from, to).map((line, index): ReviewLine => ({
      kind: 'same',
      text: line,
      new: from + index + 1,
      ...(after === undefined ? {} : { old: from + index + 1 - after }),
    }));
    if (same.length > 0) blocks.push({ kind: 'context', key: `c${from}`, lines: same });
  };
  const gap = (count: number): void => {
    if (count > 0) blocks.push({ kind: 'gap', key: `g${shown}`, count });
  };
  for (const hunk of file.hunks) {
    const places = hunk.kind === 'lines' && hunk.line !== undefined && text !== undefined;
    const begin = places ? (hunk.line ?? 1) - 1 : shown;
    if (places) {
      const before = Math.max(shown, begin - kContextLines);
      const after = shown === 0 ? 0 : Math.min(before, shown + kContextLines);
      if (after > shown) context(shown, after);
      if (shown > 0 || before > 0) gap(before - after);
      context(before, begin);
    }
    const mine = hunkLines(hunk, delta);
    blocks.push({ kind: 'hunk', key: hunk.id, hunk, lines: mine });
    const added = mine.filter(({ kind }) => kind === 'added').length;
    delta = delta === undefined || hunk.cut === true ? undefined : delta + 2 * added - mine.length;
    if (places) shown = Math.min(lines.length, begin + added);
    if (hunk.cut === true) return blocks;
  }
  if (shown > 0 || file.hunks.some(({ kind }) => kind === 'lines')) {
    const end = Math.min(lines.length, shown + kContextLines);
    context(shown, end);
    shown = end;
    gap(lines.length - end);
  }
  return blocks;
}

/** Side by side: what went beside what came in its place. */
export function pairsOf(lines: readonly ReviewLine[]): ReviewPair[] {
  const pairs: ReviewPair[] = [];
  let removed: ReviewLine[] = [];
  let added: ReviewLine[] = [];
  const flush = (): void => {
    for (let row = 0; row < Math.max(removed.length, added.length); row++) {
      const [left, right] = [removed[row], added[row]];
      pairs.push({ ...(left && { left }), ...(right && { right }) });
    }
    [removed, added] = [[], []];
  };
  for (const line of lines) {
    if (line.kind === 'removed') removed.push(line);
    else if (line.kind === 'added') added.push(line);
    else {
      flush();
      pairs.push({ left: line, right: line });
    }
  }
  flush();
  return pairs;
}

export interface ReviewCounts {
  added: number;
  removed: number;
  hunks: number;
  accepted: number;
}

export function countsOf(file: ReviewedFile): ReviewCounts {
  return file.hunks.reduce(
    (sum, hunk) => {
      const lines = hunkLines(hunk, 0);
      const added = lines.filter(({ kind }) => kind === 'added').length;
      return {
        added: sum.added + added,
        removed: sum.removed + lines.length - added,
        hunks: sum.hunks + 1,
        accepted: sum.accepted + (hunk.accepted ? 1 : 0),
      };
    },
    { added: 0, removed: 0, hunks: 0, accepted: 0 },
  );
}

export function totalsOf(files: readonly ReviewedFile[]): ReviewCounts {
  return files.map(countsOf).reduce(
    (sum, each) => ({
      added: sum.added + each.added,
      removed: sum.removed + each.removed,
      hunks: sum.hunks + each.hunks,
      accepted: sum.accepted + each.accepted,
    }),
    { added: 0, removed: 0, hunks: 0, accepted: 0 },
  );
}

export interface HunkPlace {
  path: string;
  hunk: string;
}

export function hunkPlaces(files: readonly ReviewedFile[]): HunkPlace[] {
  return files.flatMap(({ path, hunks }) => hunks.map(({ id }) => ({ path, hunk: id })));
}

export function isSamePlace(a: HunkPlace | null, b: HunkPlace | null): boolean {
  return a !== null && b !== null && a.hunk === b.hunk && a.path === b.path;
}

/** The hunk after (`1`) or before (`-1`) `current`; the first where there is no current one. */
export function stepPlace(
  places: readonly HunkPlace[],
  current: HunkPlace | null,
  step: 1 | -1,
): HunkPlace | null {
  const index = places.findIndex((place) => isSamePlace(place, current));
  if (index < 0) return places[0] ?? null;
  return places[Math.min(places.length - 1, Math.max(0, index + step))] ?? null;
}

/** Where to go on when the hunk at `current` has gone: what stood after it, or the last one. */
export function placeAfter(
  before: readonly HunkPlace[],
  now: readonly HunkPlace[],
  current: HunkPlace | null,
): HunkPlace | null {
  if (current === null) return null;
  const left = (place: HunkPlace): HunkPlace | undefined =>
    now.find((other) => isSamePlace(other, place));
  const index = before.findIndex((place) => isSamePlace(place, current));
  for (const place of before.slice(Math.max(0, index))) {
    const found = left(place);
    if (found !== undefined) return found;
  }
  return now.at(-1) ?? null;
}

/** `story.txt:3-5`, as people write places. */
export function nameOfRefused({ path, from_line: from, to_line: to }: RefusedPlace): string {
  if (from === undefined) return path;
  return from === to ? `${path}:${from}` : `${path}:${from}-${to}`;
}

const MAY_CHANGE = new Set(['tree_restored', 'worktree_merged', 'file_put_back']);

/** Whether a review of `task` may look different after `event`. */
export function concernsReview(event: WireEvent, task: string, changes: TaskChanges): boolean {
  if (MAY_CHANGE.has(event.type)) return true;
  if (event.type === 'hunks_accepted' || event.type === 'task_finished') {
    return event.task === task;
  }
  if (event.type !== 'file_edit') return false;
  if (event.task === task) return true;
  const { path, from } = event.data as { path: string; from?: string };
  const known = (name: string | undefined): boolean =>
    name !== undefined && [...changes.files, ...changes.refused].some((file) => file.path === name);
  return known(path) || known(from);
}

/** `after`, with the files of `before` that are the same: what is drawn of them stays. */
export function keepSame(before: TaskChanges | null, after: TaskChanges): TaskChanges {
  if (before === null) return after;
  const known = new Map(before.files.map((file) => [file.path, file]));
  const files = after.files.map((file) => {
    const old = known.get(file.path);
    return old !== undefined && isSame(old, file) ? old : file;
  });
  return { ...after, files };
}

function isSame(a: ReviewedFile, b: ReviewedFile): boolean {
  return (
    a.version === b.version &&
    a.hunks.length === b.hunks.length &&
    a.hunks.every((hunk, index) => {
      const other = b.hunks[index];
      return hunk.id === other?.id && hunk.accepted === other.accepted;
    })
  );
}
