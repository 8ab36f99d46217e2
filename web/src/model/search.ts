import type { FileMatch, LogHit } from '../protocol/entities';

export interface SearchWish {
  text: string;
  matchCase: boolean;
  /** The text is a regular expression in the server's dialect. */
  expression: boolean;
}

/** Shorter texts match nearly everything. */
export const kSearchLettersMin = 2;

/** The regular expression that the server is asked for. */
export function patternOf({ text, matchCase, expression }: SearchWish): string {
  const pattern = expression ? text : text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  return matchCase ? pattern : `(?i)${pattern}`;
}

export interface LinePart {
  text: string;
  found: boolean;
}

const kPartsMax = 200;

/**
 * A line cut at what was found in it. An expression that this browser does not know marks nothing:
 * the two dialects are not the same.
 */
export function partsOf(line: string, wish: SearchWish): LinePart[] {
  const whole = [{ text: line, found: false }];
  let pattern: RegExp;
  try {
    const source = patternOf({ ...wish, matchCase: true });
    pattern = new RegExp(source, wish.matchCase ? 'gu' : 'giu');
  } catch {
    return whole;
  }
  const parts: LinePart[] = [];
  let at = 0;
  for (const match of line.matchAll(pattern)) {
    if (match[0] === '' || parts.length >= kPartsMax) continue;
    if (match.index > at) parts.push({ text: line.slice(at, match.index), found: false });
    parts.push({ text: match[0], found: true });
    at = match.index + match[0].length;
  }
  if (parts.length === 0) return whole;
  if (at < line.length) parts.push({ text: line.slice(at), found: false });
  return parts;
}

/** What the results are made of, top to bottom: the keys walk over all but the heads. */
export type SearchRow =
  | { kind: 'head'; key: string; title: string; count: number; more: boolean }
  | { kind: 'line'; key: string; match: FileMatch }
  | { kind: 'hit'; key: string; hit: LogHit };

export interface Found {
  matches: FileMatch[];
  truncated: boolean;
  log: LogHit[];
  logTruncated: boolean;
}

/** Files in the order the server gave them, each with its lines; then the history. */
export function rowsOf(found: Found): SearchRow[] {
  const byFile = new Map<string, FileMatch[]>();
  for (const match of found.matches) {
    byFile.set(match.path, [...(byFile.get(match.path) ?? []), match]);
  }
  const rows: SearchRow[] = [];
  const last = found.matches.at(-1)?.path;
  for (const [path, matches] of byFile) {
    const more = found.truncated && path === last;
    rows.push({ kind: 'head', key: `f:${path}`, title: path, count: matches.length, more });
    for (const match of matches) {
      rows.push({ kind: 'line', key: `l:${path}:${match.line}`, match });
    }
  }
  if (found.log.length > 0) {
    const { length: count } = found.log;
    rows.push({ kind: 'head', key: 'h', title: 'History', count, more: found.logTruncated });
    for (const hit of found.log) rows.push({ kind: 'hit', key: `h:${hit.seq}`, hit });
  }
  return rows;
}

/** The next row that can be chosen, `step` rows on or back; stays where there is none. */
export function nextChoice(rows: SearchRow[], from: number, step: 1 | -1): number {
  for (let at = from + step; at >= 0 && at < rows.length; at += step) {
    if (rows[at]?.kind !== 'head') return at;
  }
  return from;
}

/** `src/a.ts:12` is a name and a line; a name alone has none. */
export function fileAndLine(query: string): { name: string; line?: number } {
  const [, name = query, digits] = /^(.*?):(\d{1,7})?(?::\d*)?$/.exec(query) ?? [];
  return digits === undefined ? { name } : { name, line: Number(digits) };
}
