import { savedQueries } from '../../actions/preferences';
import { kDatabases } from '../../model/sql';
import { IconButton } from '../../ui/controls';
import { useStore } from '../../ui/useStore';

/** Examples that teach, and the queries that this person has saved. */
export function QueryPicker({ onPick }: { onPick: (database: string, sql: string) => void }) {
  const saved = useStore(savedQueries);
  const examples = kDatabases.flatMap(({ name, examples: each }) =>
    each.map((example) => ({ database: name, ...example })),
  );
  return (
    <>
      <select
        className="select"
        aria-label="Examples and saved queries"
        value=""
        onChange={({ target }) => {
          const index = Number(target.value);
          const query = index < examples.length ? examples[index] : saved[index - examples.length];
          if (query !== undefined) onPick(query.database, query.sql);
        }}
        data-testid="sql-examples"
      >
        <option value="" disabled>
          Examples{saved.length > 0 ? ` and ${saved.length} saved` : ''}
        </option>
        {saved.length > 0 && (
          <optgroup label="Saved">
            {saved.map(({ database, sql }, index) => (
              <option key={`${database} ${sql}`} value={examples.length + index}>
                {sql.replaceAll(/\s+/g, ' ').slice(0, 60)}
              </option>
            ))}
          </optgroup>
        )}
        <optgroup label="Examples">
          {examples.map(({ title }, index) => (
            <option key={title} value={index}>
              {title}
            </option>
          ))}
        </optgroup>
      </select>
      {saved.length > 0 && (
        <IconButton
          icon="trash"
          size="small"
          label="Forget the saved queries"
          onClick={() => savedQueries.set([])}
        />
      )}
    </>
  );
}
