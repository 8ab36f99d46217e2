import { useEffect, useState } from 'react';
import type { WorkspaceSession } from '../../actions/session';
import { kSearchLettersMin, patternOf, type Found, type SearchWish } from '../../model/search';
import { asFailure, type Failure } from '../../net/failure';

const kPauseMs = 120;
const kShownMax = 200;

export interface SearchState {
  busy: boolean;
  /** What was found for the last wish that was answered. */
  found: { wish: SearchWish; found: Found } | null;
  failure: Failure | null;
}

/** Looks for what a person types, once they pause; answers that come too late are dropped. */
export function useSearch(session: WorkspaceSession, wish: SearchWish): SearchState {
  const { text, matchCase, expression } = wish;
  const [state, setState] = useState<SearchState>({ busy: false, found: null, failure: null });
  useEffect(() => {
    if (text.trim().length < kSearchLettersMin) {
      setState({ busy: false, found: null, failure: null });
      return undefined;
    }
    let wanted = true;
    setState((before) => ({ ...before, busy: true }));
    const timer = setTimeout(() => {
      const asked = { text, matchCase, expression };
      look(session, asked).then(
        (found) =>
          wanted && setState({ busy: false, found: { wish: asked, found }, failure: null }),
        (thrown: unknown) =>
          wanted && setState({ busy: false, found: null, failure: asFailure(thrown) }),
      );
    }, kPauseMs);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [session, text, matchCase, expression]);
  return state;
}

/** Files are looked through for a pattern, the history for words. */
async function look(session: WorkspaceSession, wish: SearchWish): Promise<Found> {
  const [files, log] = await Promise.all([
    session.call('search.text', { query: patternOf(wish), in: ['files'], limit: kShownMax }),
    session.call('search.text', { query: wish.text, in: ['log'], limit: kShownMax }),
  ]);
  return {
    matches: files.matches,
    truncated: files.truncated,
    log: log.log ?? [],
    logTruncated: log.log_truncated === true,
  };
}
