import { useMemo } from 'react';
import { columnWidths, textOf } from '../../model/sql';
import type { SqlCell, SqlResult } from '../../protocol/entities';
import { VirtualList } from '../../ui/VirtualList';

const kRowHeight = 22;

interface Row {
  index: number;
  cells: SqlCell[];
}

/** The rows of a result; only those in sight are drawn. */
export function ResultGrid({ result }: { result: SqlResult }) {
  const template = useMemo(
    () =>
      columnWidths(result)
        .map((width) => `${width}ch`)
        .join(' '),
    [result],
  );
  const rows = useMemo<Row[]>(
    () => result.rows.map((cells, index) => ({ index, cells })),
    [result],
  );
  return (
    <div className="sql-grid">
      <div className="sql-line sql-names" style={{ gridTemplateColumns: template }}>
        {result.columns.map((name, index) => (
          <span key={index} className="truncate" title={name}>
            {name}
          </span>
        ))}
      </div>
      <div className="sql-rows">
        <VirtualList
          rows={rows}
          rowHeight={kRowHeight}
          keyOf={({ index }) => index}
          label="Rows of the result"
          render={({ cells }) => (
            <div className="sql-line" style={{ gridTemplateColumns: template }}>
              {cells.map((cell, index) => (
                <CellView key={index} cell={cell} />
              ))}
            </div>
          )}
        />
      </div>
    </div>
  );
}

function CellView({ cell }: { cell: SqlCell }) {
  const kind = cell === null ? 'null' : typeof cell;
  const text = textOf(cell);
  return (
    <span className="truncate" data-kind={kind} title={text}>
      {text}
    </span>
  );
}
