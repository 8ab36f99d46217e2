import { useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { savedQueries } from '../../actions/preferences';
import { save } from '../../actions/save';
import { keyLabel, matchesKeys } from '../../actions/keys';
import { kDatabases, toCsv, toJson } from '../../model/sql';
import type { SqlResult } from '../../protocol/entities';
import { Button, Empty, Kbd, Problem, Spinner } from '../../ui/controls';
import { ResultGrid } from './ResultGrid';
import { QueryPicker } from './QueryPicker';
import { SchemaList } from './SchemaList';
import { useQuery, type Outcome } from './useQuery';
import './sql.css';

const kRunKeys = 'Mod+Enter';
const kFirst = kDatabases[0]!;

/** Questions to the workspace's databases, and their answers. */
export function SqlPanel() {
  const [database, setDatabase] = useState(kFirst.name);
  const [sql, setSql] = useState(kFirst.examples[0]!.sql);
  const input = useRef<HTMLTextAreaElement>(null);
  const { outcome, run, giveUp } = useQuery();
  const running = outcome.phase === 'running';
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
      <SchemaList database={database} onInsert={(name) => insert(input, name, setSql)} />
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
          <span className="grow" />
          <Button size="small" variant="ghost" onClick={keep} data-testid="sql-save">
            Save
          </Button>
          <Button
            size="small"
            variant="ghost"
            disabled={running}
            onClick={() => ask('EXPLAIN QUERY PLAN ')}
            data-testid="sql-plan"
          >
            Plan
          </Button>
          {running ? (
            <Button size="small" onClick={giveUp} data-testid="sql-stop">
              Stop
            </Button>
          ) : (
            <Button size="small" variant="primary" onClick={() => ask()} data-testid="sql-run">
              Run <Kbd>{keyLabel(kRunKeys)}</Kbd>
            </Button>
          )}
        </div>
        <SqlInput input={input} sql={sql} onChange={setSql} onRun={() => ask()} />
        <Answer outcome={outcome} />
      </div>
    </div>
  );
}

/** Puts a name where the cursor is. */
function insert(
  input: RefObject<HTMLTextAreaElement | null>,
  name: string,
  setSql: (sql: string) => void,
): void {
  const element = input.current;
  if (element === null) return;
  element.focus();
  element.setRangeText(name, element.selectionStart, element.selectionEnd, 'end');
  setSql(element.value);
}

function SqlInput(props: {
  input: RefObject<HTMLTextAreaElement | null>;
  sql: string;
  onChange: (sql: string) => void;
  onRun: () => void;
}) {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!matchesKeys(kRunKeys, event.nativeEvent)) return;
    event.preventDefault();
    props.onRun();
  };
  return (
    <textarea
      ref={props.input}
      className="sql-input mono"
      aria-label="SQL that reads"
      spellCheck={false}
      rows={Math.min(10, Math.max(3, props.sql.split('\n').length))}
      value={props.sql}
      onChange={({ target }) => props.onChange(target.value)}
      onKeyDown={onKeyDown}
      data-testid="sql-input"
    />
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
      return <Spinner label="Running" />;
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
          {rows.length} {rows.length === 1 ? 'row' : 'rows'} in {ms.toFixed(1)} ms
        </span>
        {truncated && <span className="warn-text">There are more: narrow it, or add LIMIT.</span>}
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
