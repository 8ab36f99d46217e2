import { describe, expect, it } from 'vitest';
import type { SqlResult } from '../protocol/entities';
import { columnWidths, sortedRows, tablesOf, toCsv, toJson } from './sql';

const result = (columns: string[], rows: SqlResult['rows']): SqlResult => ({
  columns,
  rows,
  truncated: false,
  elapsed_ms: 1,
});

describe('sql', () => {
  it('reads the tables of a database', () => {
    const tables = tablesOf(
      result(
        ['name', 'name', 'type'],
        [
          ['a', 'x', 'TEXT'],
          ['a', 'y', ''],
          ['b', 'z', 'INTEGER'],
        ],
      ),
    );
    expect(tables.map(({ name, columns }) => [name, columns.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('sorts as SQLite does: nothing, numbers, text; equals keep their order', () => {
    const rows = [
      ['b', 1],
      [10, 2],
      [null, 3],
      [9, 4],
      ['B', 5],
      [10, 6],
    ] as SqlResult['rows'];
    const second = (sorted: SqlResult['rows']) => sorted.map((row) => row[1]);
    expect(second(sortedRows(rows, { column: 0, descending: false }))).toEqual([3, 4, 2, 6, 5, 1]);
    expect(second(sortedRows(rows, { column: 0, descending: true }))).toEqual([1, 5, 2, 6, 4, 3]);
    expect(sortedRows(rows, null)).toBe(rows);
  });

  it('exports what spreadsheets read', () => {
    const csv = toCsv(
      result(
        ['a', 'b,c'],
        [
          ['say "x"', null],
          ['two\nlines', 3],
        ],
      ),
    );
    expect(csv).toBe('a,"b,c"\r\n"say ""x""",\r\n"two\nlines",3\r\n');
  });

  it('exports objects, also where two columns have one name', () => {
    expect(JSON.parse(toJson(result(['n', 'n'], [[1, null]])))).toEqual([{ n: 1, n_2: null }]);
  });

  it('gives each column room for what is in it, to a limit', () => {
    const widths = columnWidths(result(['id', 'text'], [[1, 'x'.repeat(500)]]));
    expect(widths).toEqual([6, 50]);
  });
});
