import { mergeTexts } from './mergeTexts';

/** The texts there are when an editor takes part in a document, all with "\n". */
export interface Texts {
  /** In the editor. */
  mine: string;
  /** The file's, as the editor knows it. */
  base: string;
  /** What was shared with the others when an earlier session ended; null where there was none. */
  shared: string | null;
  /** Of the session that is joined. */
  theirs: string;
  /**
   * The file's in that session, at a version that is still known; null where there is none, and
   * where a part of `mine` may have been in a session before.
   */
  saved: string | null;
}

/**
 * Join with the session's text, or where it was the file's and take what came after; `text` is
 * what the editor has then, and what differs in it is the person's own and goes to the others. Or
 * nobody but the person can tell.
 */
export type JoinPlan =
  { kind: 'join'; text: string } | { kind: 'follow'; text: string } | { kind: 'clash' };

export function planToJoin({ mine, base, shared, theirs, saved }: Texts): JoinPlan {
  // Theirs is what the own edits were made on: they are put on top.
  if (theirs === (shared ?? base)) return { kind: 'join', text: mine };
  // The others have the same text, or the person has typed nothing.
  if (mine === theirs || mine === base) return { kind: 'join', text: theirs };
  // What was shared once may be gone from the session: putting it in again could add it twice.
  if (shared !== null) return { kind: 'clash' };
  const text = mergeTexts(base, mine, saved ?? theirs);
  if (text === null) return { kind: 'clash' };
  return { kind: saved === null ? 'join' : 'follow', text };
}

/** A file's text as an editor holds it. */
export function documentText(fileText: string, lineBreak: '\n' | '\r\n'): string {
  return lineBreak === '\n' ? fileText : fileText.replaceAll('\r\n', '\n');
}
