import { freshId } from '../../actions/freshId';
import { useEffect, useRef, useState } from 'react';
import { kSchemaSql, tablesOf, type Table } from '../../model/sql';
import { asFailure, type Failure } from '../../net/failure';
import type { SqlResult } from '../../protocol/entities';
import { useSession } from '../workspace/SessionContext';

/** As many rows as the server gives at most. */
const kRowsMax = 100_000;

export type Outcome =
  | { phase: 'none' }
  | { phase: 'running'; stopping: boolean }
  | { phase: 'stopped' }
  | { phase: 'done'; result: SqlResult }
  | { phase: 'failed'; failure: Failure };

/** Runs one statement at a time. One that is stopped is interrupted on the server. */
export function useQuery() {
  const session = useSession();
  const [outcome, setOutcome] = useState<Outcome>({ phase: 'none' });
  const wanted = useRef<{ id: string; stopped: boolean } | null>(null);

  const cancel = (id: string): void => {
    // Where it has just ended there is nothing to stop.
    session.call('sql.cancel', { id }).catch(() => undefined);
  };
  const leave = useRef(cancel);
  leave.current = cancel;
  useEffect(
    () => () => {
      if (wanted.current !== null) leave.current(wanted.current.id);
    },
    [],
  );

  const run = (database: string, sql: string): void => {
    if (wanted.current !== null) cancel(wanted.current.id);
    const asked = { id: freshId(), stopped: false };
    wanted.current = asked;
    setOutcome({ phase: 'running', stopping: false });
    const end = (next: Outcome): void => {
      if (wanted.current !== asked) return;
      wanted.current = null;
      setOutcome(next);
    };
    session.call('sql.query', { database, sql, limit: kRowsMax, id: asked.id }).then(
      (result) => end({ phase: 'done', result }),
      (thrown: unknown) =>
        end(asked.stopped ? { phase: 'stopped' } : { phase: 'failed', failure: asFailure(thrown) }),
    );
  };
  const stop = (): void => {
    const asked = wanted.current;
    if (asked === null) return;
    asked.stopped = true;
    setOutcome({ phase: 'running', stopping: true });
    cancel(asked.id);
  };
  return { outcome, run, stop };
}

/** The tables of a database; null while they are not known. */
export function useTables(database: string): Table[] | null {
  const session = useSession();
  const [known, setKnown] = useState<{ database: string; tables: Table[] } | null>(null);
  useEffect(() => {
    let wanted = true;
    session.call('sql.query', { database, sql: kSchemaSql }).then(
      (result) => wanted && setKnown({ database, tables: tablesOf(result) }),
      // The query itself will say what is wrong.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [session, database]);
  return known?.database === database ? known.tables : null;
}
