import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { review as kept } from '../../actions/preferences';
import { Review } from '../../actions/review';
import { draftsKey, keepComment } from '../../actions/reviewActions';
import {
  hunkPlaces,
  isSamePlace,
  placeAfter,
  stepPlace,
  type HunkPlace,
  type ReviewedFile,
} from '../../model/review';
import type { CommentDraft } from '../../model/reviewComments';
import type { TaskChanges } from '../../protocol/entities';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import type { HunkActions } from './HunkView';

export interface Spot {
  path: string;
  hunk: string;
  index: number;
  text: string;
}

const kNoDrafts: CommentDraft[] = [];
const kNoFiles: TaskChanges['files'] = [];

/** The review of a task: what it changed, where the keyboard is, and what is being written. */
export function useReview(task: string) {
  const session = useSession();
  const review = useMemo(() => new Review(session, task), [session, task]);
  useEffect(() => {
    review.start();
    return () => review.close();
  }, [review]);
  const state = useStore(review.store);
  const files = state.changes?.files ?? kNoFiles;
  const key = draftsKey(session, task);
  const drafts = useStore(kept, ({ drafts: all }) => all[key] ?? kNoDrafts);
  const [current, select] = useCurrent(files);
  const [spot, setSpot] = useState<Spot | null>(null);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set<string>());
  const [whole, setWhole] = useState<ReadonlySet<string>>(new Set<string>());
  const step = (by: 1 | -1): void => {
    const next = stepPlace(hunkPlaces(files), current, by);
    select(next);
    if (next !== null) setFolded((before) => without(before, next.path));
  };
  const actionsOf = useCallback(
    (file: ReviewedFile): HunkActions => ({
      select: (hunk) => select({ path: file.path, hunk }),
      accept: (hunks) => review.accept(file.path, hunks),
      reject: (hunks) => review.reject(file.path, hunks),
      comment: (to) => setSpot(to === null ? null : { path: file.path, ...to }),
      keep: (draft) => keepComment(key, { path: file.path, ...draft }),
      showAll: (hunk) => setWhole((before) => new Set(before).add(hunk)),
    }),
    [review, key, select],
  );
  const fold = useCallback((path: string) => setFolded((before) => toggled(before, path)), []);
  return {
    review,
    state,
    files,
    drafts,
    current,
    select,
    step,
    spot,
    folded,
    fold,
    whole,
    actionsOf,
  };
}

/** The hunk that is looked at; when it goes the one after it takes its place. */
function useCurrent(files: readonly ReviewedFile[]) {
  const [current, select] = useState<HunkPlace | null>(null);
  const before = useRef<HunkPlace[]>([]);
  useEffect(() => {
    const now = hunkPlaces(files);
    select((place) => {
      const next = placeAfter(before.current, now, place);
      return isSamePlace(next, place) ? place : next;
    });
    before.current = now;
  }, [files]);
  return [current, select] as const;
}

function without(set: ReadonlySet<string>, name: string): ReadonlySet<string> {
  if (!set.has(name)) return set;
  const copy = new Set(set);
  copy.delete(name);
  return copy;
}

function toggled(set: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return set.has(name) ? without(set, name) : new Set(set).add(name);
}
