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
}

/**
 * Join with the session's text; `text` is what the editor has then, and what differs in it from
 * theirs is the person's own and goes to the others. Or nobody but the person can tell.
 */
export type JoinPlan = { kind: 'join'; text: string } | { kind: 'clash' };

export function planToJoin({ mine, base, shared, theirs }: Texts): JoinPlan {
  // Theirs is what the own edits were made on: they are put on top.
  if (theirs === (shared ?? base)) return { kind: 'join', text: mine };
  // The others have the same text, or the person has typed nothing.
  if (mine === theirs || mine === base) return { kind: 'join', text: theirs };
  return { kind: 'clash' };
}

/** A file's text as an editor holds it. */
export function documentText(fileText: string, lineBreak: '\n' | '\r\n'): string {
  return lineBreak === '\n' ? fileText : fileText.replaceAll('\r\n', '\n');
}
