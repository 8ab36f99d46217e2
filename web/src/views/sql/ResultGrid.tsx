import { useMemo, useState, type KeyboardEvent } from 'react';
import { showToast, attempt } from '../../actions/toasts';
import { columnWidths, sortedRows, textOf, type Sorting } from '../../model/sql';
import type { SqlCell, SqlResult } from '../../protocol/entities';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/controls';
import { VirtualList } from '../../ui/VirtualList';

const kRowHeight = 22;
const kDetailMax = 5_000;

interface Row {
  index: number;
  cells: SqlCell[];
}

interface Place {
  row: number;
  column: number;
}

async function copy(cell: SqlCell): Promise<void> {
  await navigator.clipboard.writeText(cell === null ? '' : String(cell));
  showToast({ tone: 'info', text: 'The cell is copied.' });
}

/**
 * The rows of a result; only those in sight are drawn. A heading sorts by its column, arrows go
 * from cell to cell, and the cell where one is can be read whole and copied.
 */
export function ResultGrid({ result }: { result: SqlResult }) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [place, setPlace] = useState<Place | null>(null);
  const template = useMemo(
    () =>
      columnWidths(result)
        .map((width) => `${width}ch`)
        .join(' '),
    [result],
  );
  const rows = useMemo<Row[]>(
    () => sortedRows(result.rows, sorting).map((cells, index) => ({ index, cells })),
    [result, sorting],
  );
  const cell = place === null ? undefined : rows[place.row]?.cells[place.column];
  const onKeyDown = (event: KeyboardEvent): void => {
    const mod = event.ctrlKey || event.metaKey;
    if (mod && event.key.toLowerCase() === 'c' && cell !== undefined) {
      attempt(() => copy(cell));
    } else {
      const next = stepped(event.key, place, rows.length, result.columns.length);
      if (mod || event.altKey || next === undefined) return;
      setPlace(next);
    }
    event.preventDefault();
  };
  return (
    <div className="sql-grid">
      <div className="sql-scroll">
        <Names
          columns={result.columns}
          template={template}
          sorting={sorting}
          onSort={(column) => {
            setSorting(nextSorting(sorting, column));
            setPlace(null);
          }}
        />
        <div className="sql-rows">
          <VirtualList
            rows={rows}
            rowHeight={kRowHeight}
            keyOf={({ index }) => index}
            label="Rows of the result"
            reveal={place?.row}
            onKeyDown={onKeyDown}
            render={({ cells, index: row }) => (
              <div className="sql-line" style={{ gridTemplateColumns: template }}>
                {cells.map((each, column) => (
                  <CellView
                    key={column}
                    cell={each}
                    here={place?.row === row && place.column === column}
                    onPick={() => setPlace({ row, column })}
                  />
                ))}
              </div>
            )}
          />
        </div>
      </div>
      {place !== null && cell !== undefined && (
        <Detail name={result.columns[place.column] ?? ''} row={place.row} cell={cell} />
      )}
    </div>
  );
}

/** Up, then down, then as the server gave them. */
function nextSorting(before: Sorting | null, column: number): Sorting | null {
  if (before?.column !== column) return { column, descending: false };
  return before.descending ? null : { column, descending: true };
}

const kPage = 20;

function stepped(
  key: string,
  place: Place | null,
  rows: number,
  columns: number,
): Place | undefined {
  const steps: Record<string, [number, number]> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [-kPage, 0],
    PageDown: [kPage, 0],
    Home: [-rows, 0],
    End: [rows, 0],
  };
  const step = steps[key];
  if (step === undefined) return undefined;
  if (place === null) return { row: 0, column: 0 };
  const within = (value: number, end: number): number => Math.max(0, Math.min(end - 1, value));
  return {
    row: within(place.row + step[0], rows),
    column: within(place.column + step[1], columns),
  };
}

function Names(props: {
  columns: string[];
  template: string;
  sorting: Sorting | null;
  onSort: (column: number) => void;
}) {
  const { columns, template, sorting, onSort } = props;
  return (
    <div className="sql-line sql-names" style={{ gridTemplateColumns: template }}>
      {columns.map((name, index) => {
        const sorted = sorting?.column === index ? sorting : undefined;
        const order =
          sorted === undefined ? '' : sorted.descending ? ', descending' : ', ascending';
        return (
          <button
            key={index}
            type="button"
            className="sql-column"
            aria-label={`Sort by ${name}${order}`}
            title={name}
            onClick={() => onSort(index)}
          >
            <span className="truncate">{name}</span>
            {sorted !== undefined && <Icon name={sorted.descending ? 'down' : 'up'} size={10} />}
          </button>
        );
      })}
    </div>
  );
}

function CellView(props: { cell: SqlCell; here: boolean; onPick: () => void }) {
  const kind = props.cell === null ? 'null' : typeof props.cell;
  return (
    <span
      className="truncate"
      data-kind={kind}
      data-here={props.here || undefined}
      onPointerDown={props.onPick}
    >
      {textOf(props.cell).slice(0, 200)}
    </span>
  );
}

function Detail({ name, row, cell }: { name: string; row: number; cell: SqlCell }) {
  const text = textOf(cell);
  return (
    <div className="sql-detail" data-testid="sql-cell" aria-live="polite">
      <strong>
        {name} <span className="faint num">row {row + 1}</span>
      </strong>
      <pre tabIndex={0} aria-label="The cell">
        {text.slice(0, kDetailMax)}
        {text.length > kDetailMax && <span className="faint"> … {text.length} characters</span>}
      </pre>
      <Button
        size="small"
        variant="ghost"
        onClick={() => attempt(() => copy(cell))}
        data-testid="sql-copy"
      >
        Copy
      </Button>
    </div>
  );
}
