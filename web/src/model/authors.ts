import type { FileEditData } from '../protocol/events';

/** An edit of one file, as the log has it. */
export interface LoggedEdit {
  seq: number;
  ts: string;
  actor: string;
  data: Pick<FileEditData, 'op' | 'splice' | 'size'>;
}

/** Bytes `from` to `to` of the text as it is now were written by `edit`. */
export interface Authorship {
  from: number;
  to: number;
  edit: LoggedEdit;
}

/** The lines `from` to `to` (from 1, inclusive) were last written by somebody. */
export interface AuthoredLines {
  from: number;
  to: number;
  actor: string;
  ts: string;
}

/**
 * Who wrote which bytes of a text, from its edits in order. An edit that was logged as a whole says
 * nothing about what of it is new, so it leaves nothing known, unless it made the file.
 */
export function authorships(edits: LoggedEdit[]): Authorship[] {
  let known: Authorship[] = [];
  for (const edit of edits) {
    const { op, splice, size = 0 } = edit.data;
    if (op === 'move') continue;
    if (splice === undefined) {
      known = op === 'create' && size > 0 ? [{ from: 0, to: size, edit }] : [];
      continue;
    }
    const inserted = byteLength(splice.insert);
    known = known.flatMap((one) => cut(one, splice.at, splice.remove, inserted));
    if (inserted > 0) known.push({ from: splice.at, to: splice.at + inserted, edit });
  }
  return known.toSorted((a, b) => a.from - b.from);
}

/** What is left of a range when `remove` bytes at `at` give way to `insert` new ones. */
function cut(one: Authorship, at: number, remove: number, insert: number): Authorship[] {
  const end = at + remove;
  const left: Authorship[] = [];
  if (one.from < at) left.push({ ...one, to: Math.min(one.to, at) });
  if (one.to > end) {
    const shift = insert - remove;
    left.push({ ...one, from: Math.max(one.from, end) + shift, to: one.to + shift });
  }
  return left;
}

/** The same by lines of `text`; where two have written in a line, the later one counts. */
export function authoredLines(text: string, known: Authorship[]): AuthoredLines[] {
  const starts = lineStarts(text);
  const owner: (LoggedEdit | undefined)[] = [];
  for (const { from, to, edit } of known) {
    const last = lineAt(starts, to - 1);
    for (let line = lineAt(starts, from); line <= last; line++) {
      const before = owner[line];
      if (before === undefined || before.seq <= edit.seq) owner[line] = edit;
    }
  }
  const lines: AuthoredLines[] = [];
  owner.forEach((edit, index) => {
    if (edit === undefined) return;
    const { actor, ts } = edit;
    const open = lines.at(-1);
    if (open?.to === index && open.actor === actor && open.ts === ts) open.to = index + 1;
    else lines.push({ from: index + 1, to: index + 1, actor, ts });
  });
  return lines;
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** The byte at which each line begins. */
function lineStarts(text: string): number[] {
  const starts = [0];
  encoder.encode(text).forEach((byte, at) => {
    if (byte === 0x0a) starts.push(at + 1);
  });
  return starts;
}

function lineAt(starts: number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
