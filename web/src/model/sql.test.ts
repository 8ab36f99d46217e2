import { describe, expect, it } from 'vitest';
import type { SqlResult } from '../protocol/entities';
import { columnWidths, tablesOf, toCsv, toJson } from './sql';

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
