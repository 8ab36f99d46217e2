import { useEffect, useRef, useState } from 'react';
import { kSchemaSql, tablesOf, type Table } from '../../model/sql';
import { asFailure, type Failure } from '../../net/failure';
import type { SqlResult } from '../../protocol/entities';
import { useSession } from '../workspace/SessionContext';

/** As many rows as the server gives at most. */
const kRowsMax = 10_000;

export type Outcome =
  | { phase: 'none' }
  | { phase: 'running' }
  | { phase: 'done'; result: SqlResult }
  | { phase: 'failed'; failure: Failure };

/** Runs one statement at a time; the answer of one that was given up is dropped. */
export function useQuery() {
  const session = useSession();
  const [outcome, setOutcome] = useState<Outcome>({ phase: 'none' });
  const wanted = useRef(0);
  const run = (database: string, sql: string): void => {
    const number = ++wanted.current;
    setOutcome({ phase: 'running' });
    session.call('sql.query', { database, sql, limit: kRowsMax }).then(
      (result) => number === wanted.current && setOutcome({ phase: 'done', result }),
      (thrown: unknown) =>
        number === wanted.current && setOutcome({ phase: 'failed', failure: asFailure(thrown) }),
    );
  };
  const giveUp = (): void => {
    ++wanted.current;
    setOutcome({ phase: 'none' });
  };
  return { outcome, run, giveUp };
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
