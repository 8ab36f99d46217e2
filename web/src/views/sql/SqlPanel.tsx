import { lazy, Suspense, useRef, useState } from 'react';
import { savedQueries } from '../../actions/preferences';
import { save } from '../../actions/save';
import { keyLabel } from '../../actions/keys';
import { kDatabases, toCsv, toJson } from '../../model/sql';
import type { SqlResult } from '../../protocol/entities';
import { Button, Empty, Problem, Spinner } from '../../ui/controls';
import { ResultGrid } from './ResultGrid';
import { QueryPicker } from './QueryPicker';
import { SchemaList } from './SchemaList';
import { useQuery, useTables, type Outcome } from './useQuery';
import './sql.css';

const SqlEditor = lazy(() => import('./SqlEditor'));

const kRunKeys = 'Mod+Enter';
const kFirst = kDatabases[0]!;

/** Questions to the workspace's databases, and their answers. */
export function SqlPanel() {
  const [database, setDatabase] = useState(kFirst.name);
  const [sql, setSql] = useState(kFirst.examples[0]!.sql);
  const insert = useRef<(name: string) => void>(() => undefined);
  const tables = useTables(database);
  const { outcome, run, stop } = useQuery();
  const ask = (prefix = ''): void => {
    if (sql.trim() !== '') run(database, prefix + sql);
  };
  const pick = (name: string, text: string): void => {
    setDatabase(name);
    setSql(text);
    run(name, text);
  };
  const keep = (): void =>
    savedQueries.update((all) => [
      { database, sql },
      ...all.filter((each) => each.database !== database || each.sql !== sql),
    ]);
  return (
    <div className="sql">
      <SchemaList database={database} tables={tables} onInsert={(name) => insert.current(name)} />
      <div className="sql-main">
        <div className="filters">
          <select
            className="select"
            aria-label="Database"
            value={database}
            onChange={({ target }) => setDatabase(target.value)}
            data-testid="sql-database"
          >
            {kDatabases.map(({ name, about }) => (
              <option key={name} value={name}>
                {name}: {about}
              </option>
            ))}
          </select>
          <QueryPicker onPick={pick} />
          <Actions outcome={outcome} onKeep={keep} onAsk={ask} onStop={stop} />
        </div>
        <Suspense fallback={<pre className="sql-editor sql-waiting mono">{sql}</pre>}>
          <SqlEditor
            sql={sql}
            onChange={setSql}
            onRun={() => ask()}
            tables={tables}
            onReady={(put) => {
              insert.current = put;
            }}
          />
        </Suspense>
        <Answer outcome={outcome} />
      </div>
    </div>
  );
}

function Actions(props: {
  outcome: Outcome;
  onKeep: () => void;
  onAsk: (prefix?: string) => void;
  onStop: () => void;
}) {
  const { outcome, onKeep, onAsk, onStop } = props;
  const running = outcome.phase === 'running';
  return (
    <>
      <span className="grow" />
      <Button size="small" variant="ghost" onClick={onKeep} data-testid="sql-save">
        Save
      </Button>
      <Button
        size="small"
        variant="ghost"
        disabled={running}
        onClick={() => onAsk('EXPLAIN QUERY PLAN ')}
        data-testid="sql-plan"
      >
        Plan
      </Button>
      {running ? (
        <Button
          size="small"
          disabled={outcome.phase === 'running' && outcome.stopping}
          onClick={onStop}
          data-testid="sql-stop"
        >
          Stop
        </Button>
      ) : (
        <Button
          size="small"
          variant="primary"
          title={keyLabel(kRunKeys)}
          onClick={() => onAsk()}
          data-testid="sql-run"
        >
          Run
        </Button>
      )}
    </>
  );
}

function Answer({ outcome }: { outcome: Outcome }) {
  switch (outcome.phase) {
    case 'none':
      return (
        <Empty icon="list" title="Ask the workspace’s databases">
          Everything that happens here can be read with SQL. Pick an example above, or click a table
          beside it.
        </Empty>
      );
    case 'running':
      return (
        <p className="sql-summary muted">
          <Spinner label="Running" /> {outcome.stopping ? 'Stopping…' : 'Running…'}
        </p>
      );
    case 'stopped':
      return (
        <p className="sql-summary muted" data-testid="sql-stopped">
          The query was stopped.
        </p>
      );
    case 'failed':
      return <Problem message={outcome.failure.message} hint={outcome.failure.hint} />;
    case 'done':
      return <Result result={outcome.result} />;
  }
}

function Result({ result }: { result: SqlResult }) {
  const { rows, truncated, elapsed_ms: ms } = result;
  return (
    <>
      <div className="sql-summary faint" aria-live="polite" data-testid="sql-summary">
        <span className="num">
          {rows.length.toLocaleString('en')} {rows.length === 1 ? 'row' : 'rows'} in{' '}
          {`${ms.toFixed(1)} ms`}
        </span>
        {truncated && <span className="warn-text">Cut at 100,000 rows or 16 MB: narrow it.</span>}
        <span className="grow" />
        <Button
          size="small"
          variant="ghost"
          onClick={() => save('result.csv', 'text/csv', toCsv(result))}
          data-testid="sql-csv"
        >
          CSV
        </Button>
        <Button
          size="small"
          variant="ghost"
          onClick={() => save('result.json', 'application/json', toJson(result))}
        >
          JSON
        </Button>
      </div>
      {rows.length > 0 && <ResultGrid result={result} />}
    </>
  );
}
