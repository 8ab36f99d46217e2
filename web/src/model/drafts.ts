import { mergeTexts } from './mergeTexts';

/** What a person has typed in a file and not saved, and what it was typed on. */
export interface Draft {
  text: string;
  base: string;
  version: number;
  /** Milliseconds since 1970. */
  at: number;
}

interface FileNow {
  text: string;
  version: number;
}

/** How a file is opened of which there is a draft. */
export interface Start {
  base: string;
  version: number;
  /** What is in the editor, unsaved; absent where nothing is. */
  draft?: string;
  /** What others have written meanwhile, where only the person can put it together. */
  theirs?: FileNow;
}

/**
 * A draft goes on top of what the file is now, put together by lines where it has changed
 * meanwhile; where that cannot be done both are there, and the person decides.
 */
export function startOf(now: FileNow, draft: Draft | undefined): Start {
  const clean = { base: now.text, version: now.version };
  if (draft === undefined || draft.text === now.text || draft.text === draft.base) return clean;
  const merged = mergeTexts(draft.base, draft.text, now.text);
  if (merged !== null) return { ...clean, draft: merged };
  return { base: draft.base, version: draft.version, draft: draft.text, theirs: now };
}
