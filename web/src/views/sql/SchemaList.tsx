import { useState } from 'react';
import type { Table } from '../../model/sql';
import { IconButton, Spinner } from '../../ui/controls';

/** The tables of a database with their columns; a click puts a name into the query. */
export function SchemaList(props: {
  database: string;
  tables: Table[] | null;
  onInsert: (name: string) => void;
}) {
  const { tables } = props;
  return (
    <nav className="sql-schema" aria-label="Tables">
      {tables === null && <Spinner label="Reading the tables" />}
      <ul>
        {tables?.map((table) => (
          <TableItem
            key={`${props.database}.${table.name}`}
            table={table}
            onInsert={props.onInsert}
          />
        ))}
      </ul>
    </nav>
  );
}

function TableItem({ table, onInsert }: { table: Table; onInsert: (name: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <span className="sql-fold" data-open={open}>
        <IconButton
          icon="chevron"
          size="small"
          label={`Columns of ${table.name}`}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        />
      </span>
      <NameButton name={table.name} onInsert={onInsert} />
      {open && (
        <ul>
          {table.columns.map(({ name, type }) => (
            <li key={name}>
              <NameButton name={name} onInsert={onInsert} />{' '}
              <span className="faint">{type.toLowerCase()}</span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function NameButton({ name, onInsert }: { name: string; onInsert: (name: string) => void }) {
  return (
    <button type="button" className="sql-name mono" onClick={() => onInsert(name)}>
      {name}
    </button>
  );
}
