import type { SqlCell, SqlResult } from '../protocol/entities';

/** The six databases, each with what is in it and a question that it answers. */
export interface DatabaseInfo {
  name: string;
  about: string;
  examples: { title: string; sql: string }[];
}

export const kDatabases: readonly DatabaseInfo[] = [
  {
    name: 'agent_metrics',
    about: 'What agents did and what it cost',
    examples: [
      {
        title: 'Which model cost how much?',
        sql: 'SELECT model, count(*) AS calls, sum(input + cached) AS tokens_in,\n       sum(output) AS tokens_out, round(sum(cost_usd), 4) AS usd\nFROM usage GROUP BY model ORDER BY usd DESC',
      },
      {
        title: 'Which tools fail most?',
        sql: 'SELECT tool, count(*) AS calls, sum(ok = 0) AS failed, round(avg(elapsed_ms)) AS ms\nFROM tool_calls GROUP BY tool ORDER BY failed DESC, calls DESC',
      },
      {
        title: 'Which tasks waited longest?',
        sql: 'SELECT agent, state, wait_ms, elapsed_ms, substr(prompt, 1, 80) AS prompt\nFROM tasks ORDER BY wait_ms DESC LIMIT 20',
      },
    ],
  },
  {
    name: 'artifacts',
    about: 'Every version of every file',
    examples: [
      {
        title: 'Who changed which file most?',
        sql: 'SELECT path, actor, count(*) AS changes\nFROM file_versions GROUP BY path, actor ORDER BY changes DESC LIMIT 50',
      },
      {
        title: 'What has changed lately?',
        sql: 'SELECT seq, ts, op, path, actor, size FROM file_versions ORDER BY seq DESC LIMIT 100',
      },
    ],
  },
  {
    name: 'messages',
    about: 'What people and agents said',
    examples: [
      {
        title: 'Where was something said?',
        sql: "SELECT m.ts, m.sender, substr(m.text, 1, 120) AS text\nFROM messages_fts JOIN messages m ON m.seq = messages_fts.rowid\nWHERE messages_fts MATCH 'test' ORDER BY m.seq DESC LIMIT 50",
      },
    ],
  },
  {
    name: 'parsed_sessions',
    about: 'The log, and states at any moment',
    examples: [
      {
        title: 'How often does what happen?',
        sql: 'SELECT type, count(*) AS events, sum(bytes) AS bytes\nFROM events GROUP BY type ORDER BY events DESC',
      },
      {
        title: 'Which locks were held for how long?',
        sql: 'SELECT path, holder, reason, to_seq - from_seq AS events\nFROM lock_spans ORDER BY events DESC LIMIT 50',
      },
    ],
  },
  {
    name: 'sessions',
    about: 'Who was here, and when',
    examples: [
      {
        title: 'Who takes part?',
        sql: 'SELECT actor, events, first_at, last_at FROM participants ORDER BY events DESC',
      },
    ],
  },
  {
    name: 'workspace_idx',
    about: 'The project as it is',
    examples: [
      {
        title: 'What is the project made of?',
        sql: 'SELECT language, files, bytes FROM languages ORDER BY bytes DESC',
      },
      {
        title: 'Which files are largest?',
        sql: 'SELECT path, size, modified_at, modified_by FROM files ORDER BY size DESC LIMIT 50',
      },
    ],
  },
];

export interface Table {
  name: string;
  columns: { name: string; type: string }[];
}

/** Asks for the tables of a database, as `tablesOf` reads it; without SQLite's and FTS5's own. */
export const kSchemaSql = `SELECT m.name, p.name, p.type
FROM sqlite_master m JOIN pragma_table_info(m.name) p
WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%'
  AND m.name NOT LIKE '%\\_fts\\_%' ESCAPE '\\'
ORDER BY m.name, p.cid`;

export function tablesOf({ rows }: SqlResult): Table[] {
  const tables: Table[] = [];
  for (const [table, column, type] of rows) {
    if (tables.at(-1)?.name !== table) tables.push({ name: String(table), columns: [] });
    tables.at(-1)?.columns.push({ name: String(column), type: String(type ?? '') });
  }
  return tables;
}

const kSampledRows = 200;
const kWidthMin = 4;
const kWidthMax = 48;

/** Widths of the columns in characters, after their names and first rows. */
export function columnWidths({ columns, rows }: SqlResult): number[] {
  return columns.map((name, index) => {
    const longest = rows
      .slice(0, kSampledRows)
      .reduce((most, row) => Math.max(most, textOf(row[index] ?? null).length), name.length);
    return Math.min(kWidthMax, Math.max(kWidthMin, longest)) + 2;
  });
}

/** By which column rows are ordered. */
export interface Sorting {
  column: number;
  descending: boolean;
}

/** SQLite's order: NULL, then numbers, then text. Rows that are equal stay in the order they had. */
function compareCells(a: SqlCell, b: SqlCell): number {
  const rank = (cell: SqlCell): number => (cell === null ? 0 : typeof cell === 'number' ? 1 : 2);
  const difference = rank(a) - rank(b);
  if (difference !== 0 || a === null || b === null) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sortedRows(rows: SqlCell[][], sorting: Sorting | null): SqlCell[][] {
  if (sorting === null) return rows;
  const { column, descending } = sorting;
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => sign * compareCells(a[column] ?? null, b[column] ?? null));
}

export function textOf(cell: SqlCell): string {
  return cell === null ? 'NULL' : String(cell);
}

/** RFC 4180: lines end with CR LF, what needs it stands in quotes; NULL is an empty field. */
export function toCsv({ columns, rows }: SqlResult): string {
  const field = (cell: SqlCell): string => {
    const text = cell === null ? '' : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** A list of objects; columns of one name get a number. */
export function toJson({ columns, rows }: SqlResult): string {
  const keys = columns.map((name, index) => {
    const before = columns.slice(0, index).filter((each) => each === name).length;
    return before === 0 ? name : `${name}_${before + 1}`;
  });
  const objects = rows.map((row) =>
    Object.fromEntries(keys.map((key, index) => [key, row[index] ?? null])),
  );
  return `${JSON.stringify(objects, null, 2)}\n`;
}
