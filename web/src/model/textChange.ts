/** One replacement, in UTF-16 offsets of the text before. */
export interface TextChange {
  from: number;
  to: number;
  insert: string;
}

/** Past this many differing lines the whole middle is replaced: still right, only less fine. */
const kDistanceMax = 200;

/**
 * The replacements that turn `before` into `after`, in order and apart from each other. Whole
 * lines are the unit, narrowed to the characters that differ, so that cursors and scroll survive a
 * remote edit.
 */
export function changesBetween(before: string, after: string): TextChange[] {
  if (before === after) return [];
  const a = splitLines(before);
  const b = splitLines(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  const hunks = hunksBetween(a.slice(start, endA), b.slice(start, endB));
  const offsets = offsetsOf(a);
  return hunks.map(({ a0, a1, b0, b1 }) =>
    narrowed(
      before,
      offsets[start + a0] ?? before.length,
      offsets[start + a1] ?? before.length,
      b.slice(start + b0, start + b1).join(''),
    ),
  );
}

/** Lines with their newline, so that joining them gives the text back. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function offsetsOf(lines: string[]): number[] {
  const offsets = [0];
  let at = 0;
  for (const line of lines) offsets.push((at += line.length));
  return offsets;
}

interface Hunk {
  a0: number;
  a1: number;
  b0: number;
  b1: number;
}

/** Myers' O(ND) difference over lines, bounded by kDistanceMax. */
function hunksBetween(a: string[], b: string[]): Hunk[] {
  const whole: Hunk[] = [{ a0: 0, a1: a.length, b0: 0, b1: b.length }];
  if (a.length === 0 || b.length === 0) return whole;
  const trace: Map<number, number>[] = [];
  const max = Math.min(a.length + b.length, kDistanceMax);
  let furthest = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= max; d++) {
    trace.push(new Map(furthest));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(furthest, k - 1) < at(furthest, k + 1));
      let x = down ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return backtrack(trace, a.length, b.length);
    }
    furthest = new Map(furthest);
  }
  return whole;
}

function at(furthest: Map<number, number>, k: number): number {
  return furthest.get(k) ?? -1;
}

/** Walks the trace back to the start and gathers neighbouring steps into hunks. */
function backtrack(trace: Map<number, number>[], lengthA: number, lengthB: number): Hunk[] {
  const hunks: Hunk[] = [];
  let x = lengthA;
  let y = lengthB;
  for (let d = trace.length - 1; d > 0; d--) {
    const furthest = trace[d] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -d || (k !== d && at(furthest, k - 1) < at(furthest, k + 1));
    const prevK = down ? k + 1 : k - 1;
    const prevX = at(furthest, prevK);
    const prevY = prevX - prevK;
    const stepX = down ? prevX : prevX + 1;
    const stepY = down ? prevY + 1 : prevY;
    const last = hunks.at(-1);
    if (last !== undefined && last.a0 === stepX && last.b0 === stepY) {
      last.a0 = prevX;
      last.b0 = prevY;
    } else {
      hunks.push({ a0: prevX, a1: stepX, b0: prevY, b1: stepY });
    }
    x = prevX;
    y = prevY;
  }
  return hunks.reverse();
}

/** Takes the common start and end off a replacement, without splitting a surrogate pair. */
function narrowed(text: string, from: number, to: number, insert: string): TextChange {
  let start = 0;
  const max = Math.min(to - from, insert.length);
  while (start < max && text[from + start] === insert[start]) start++;
  if (start > 0 && isHighSurrogate(insert.charCodeAt(start - 1))) start--;
  let end = 0;
  while (end < max - start && text[to - 1 - end] === insert[insert.length - 1 - end]) end++;
  if (end > 0 && isLowSurrogate(insert.charCodeAt(insert.length - end))) end--;
  return { from: from + start, to: to - end, insert: insert.slice(start, insert.length - end) };
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

export function applyChanges(text: string, changes: TextChange[]): string {
  let result = '';
  let position = 0;
  for (const { from, to, insert } of changes) {
    result += text.slice(position, from) + insert;
    position = to;
  }
  return result + text.slice(position);
}

/**
 * `\r\n` when every line ends so; otherwise `\n`, and a stray `\r` stays a character of its line.
 */
export function lineBreakOf(text: string): '\n' | '\r\n' {
  const newlines = text.match(/\n/g)?.length ?? 0;
  const pairs = text.match(/\r\n/g)?.length ?? 0;
  return newlines > 0 && newlines === pairs ? '\r\n' : '\n';
}
