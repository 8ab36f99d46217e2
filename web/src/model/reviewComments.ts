import { hunkLines, type ReviewLine } from './review';
import type { TaskChanges } from '../protocol/entities';

/** What a person means to say about a line, until all of it is sent together. */
export interface CommentDraft {
  path: string;
  hunk: string;
  /** Of the lines of the hunk, those that went first; counted from 0. */
  index: number;
  /** The line and its number as they were when it was written, for when the hunk is gone. */
  line?: number;
  quote: string;
  text: string;
}

export const kCommentsMax = 100;
export const kCommentCharsMax = 4_000;
/** What steers a task may have 64 KiB; a message stays below that too. */
export const kReviewBytesMax = 60 * 1024;

const kQuotedLinesMax = 12;

export function sameSpot(a: CommentDraft, b: CommentDraft): boolean {
  return a.path === b.path && a.hunk === b.hunk && a.index === b.index;
}

/** `drafts` with this one; an empty text takes it away. */
export function withComment(drafts: readonly CommentDraft[], draft: CommentDraft): CommentDraft[] {
  const others = drafts.filter((each) => !sameSpot(each, draft));
  const text = draft.text.trim().slice(0, kCommentCharsMax);
  if (text === '') return others;
  return [...others, { ...draft, text }].slice(-kCommentsMax);
}

/** Where a comment stands in the changes as they are now; its own memory where they lack it. */
function placed(
  draft: CommentDraft,
  changes: TaskChanges,
): { number?: number; hunk: ReviewLine[] } {
  const file = changes.files.find(({ path }) => path === draft.path);
  const found = file?.hunks.find(({ id }) => id === draft.hunk);
  const lines = found === undefined ? [] : hunkLines(found, 0);
  const line = lines[draft.index];
  const number = line === undefined ? draft.line : (line.new ?? found?.line);
  return { hunk: lines, ...(number === undefined ? {} : { number }) };
}

const MARK = { same: ' ', added: '+', removed: '-' } as const;

/** The lines of the hunk around the one that is meant, as a difference. */
function quoted(lines: readonly ReviewLine[], draft: CommentDraft): string {
  if (lines.length === 0) return draft.quote;
  const from = Math.max(
    0,
    Math.min(draft.index - kQuotedLinesMax / 2, lines.length - kQuotedLinesMax),
  );
  const shown = lines.slice(from, from + kQuotedLinesMax);
  return shown.map(({ kind, text }) => MARK[kind] + text).join('\n');
}

/** A fence that nothing in `text` closes. */
function fenceFor(text: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  return '`'.repeat(longest + 1);
}

/**
 * All comments as one message to the agent: for each the file and the line, the hunk that it is
 * about, and what is said. It names the task, which the studio makes a link of.
 */
export function reviewMessage(
  task: string,
  drafts: readonly CommentDraft[],
  changes: TaskChanges,
): string {
  const order = new Map(changes.files.map(({ path }, index) => [path, index]));
  const rank = (draft: CommentDraft): number => order.get(draft.path) ?? order.size;
  const sorted = drafts.toSorted((a, b) => rank(a) - rank(b));
  const parts = sorted.map((draft, index) => {
    const { number, hunk } = placed(draft, changes);
    const place = number === undefined ? draft.path : `${draft.path}:${number}`;
    const gone = hunk.length === 0 ? ' (no longer as it was)' : '';
    const quote = quoted(hunk, draft);
    const fence = fenceFor(quote);
    const line = draft.quote.trim();
    const about = hunk.length > 1 && line !== '' ? `At “${line.slice(0, 120)}”: ` : '';
    const code = `${fence}diff\n${quote}\n${fence}`;
    return `${index + 1}. \`${place}\`${gone}\n${code}\n${about}${draft.text}`;
  });
  const count = `${drafts.length} ${drafts.length === 1 ? 'comment' : 'comments'}`;
  return `Review of your changes in task ${task}, ${count}:\n\n${parts.join('\n\n')}\n`;
}

export function isTooLong(message: string): boolean {
  return new TextEncoder().encode(message).length > kReviewBytesMax;
}
