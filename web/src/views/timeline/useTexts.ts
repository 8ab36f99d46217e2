import { useEffect, useState } from 'react';
import type { Call } from '../../actions/call';
import type { Against, Marks } from '../../actions/timeline';
import { asFailure, type Failure } from '../../net/failure';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { useMoment, useTimeline } from './TimelineContext';

/** Two contents of a file; null where there was no such file. */
export interface Texts {
  key: string;
  path: string;
  from: string | null;
  to: string | null;
}

/** What the two contents are of: events, 0 where there is nothing before. */
function rangeOf(
  against: Against,
  marks: Marks,
  seq: number,
  version: number | undefined,
  head: number,
): [number, number] {
  switch (against) {
    case 'before':
      return [version === undefined ? 0 : version - 1, seq];
    case 'now':
      return [seq, head];
    case 'marks': {
      const { a = seq, b = seq } = marks;
      return [Math.min(a, b), Math.max(a, b)];
    }
  }
}

async function textAt(call: Call, path: string, seq: number): Promise<string | null> {
  if (seq < 1) return null;
  try {
    return (await call('timeline.file_at', { path, seq })).text;
  } catch (thrown) {
    if (asFailure(thrown).kind === 'not_found') return null;
    throw thrown;
  }
}

/** The contents of a file to compare; those before stay until the next ones are there. */
export function useTexts(path: string, against: Against) {
  const { call } = useSession();
  const marks = useStore(useTimeline().marks);
  const { seq, files } = useMoment();
  const version = files.get(path)?.version;
  const head = useWorkspace((state) => state.files?.get(path)?.version ?? state.seq);
  const [from, to] = rangeOf(against, marks, seq, version, Math.max(head, seq));
  // While a file stays as it is, other moments of it have the same text.
  const toKey = against === 'marks' ? to : (version ?? 0);
  const key = `${path} ${against} ${against === 'now' ? head : from} ${toKey}`;
  const [texts, setTexts] = useState<Texts | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    let wanted = true;
    Promise.all([textAt(call, path, from), textAt(call, path, to)]).then(
      ([before, after]) => {
        if (!wanted) return;
        setTexts({ key, path, from: before, to: after });
        setFailure(null);
      },
      (thrown: unknown) => wanted && setFailure(asFailure(thrown)),
    );
    return () => {
      wanted = false;
    };
    // The key says all that the contents depend on.
  }, [call, key]);
  return { texts: texts?.path === path ? texts : null, failure };
}
