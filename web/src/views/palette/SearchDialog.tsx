import { useState, type KeyboardEvent } from 'react';
import { openFile } from '../../actions/fileActions';
import { goToPlace } from '../../actions/app';
import { closePrompt } from '../../actions/prompts';
import type { WorkspaceSession } from '../../actions/session';
import { stored } from '../../actions/stored';
import { nextChoice, rowsOf, type SearchRow, type SearchWish } from '../../model/search';
import { Dialog } from '../../ui/Dialog';
import { Problem, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { SearchResults } from './SearchResults';
import { useSearch } from './useSearch';

const kOptions = stored('coditect.search', { matchCase: false, expression: false });

/** Lines of files, and what was said and done, for what a person types; as they type it. */
export function SearchDialog({ session }: { session: WorkspaceSession }) {
  const [text, setText] = useState('');
  const options = useStore(kOptions);
  const wish: SearchWish = { text, ...options };
  const { busy, found, failure } = useSearch(session, wish);
  const rows = found === null ? [] : rowsOf(found.found);
  const [chosen, setChosen] = useState<string | null>(null);
  const at = rows.findIndex(({ key }) => key === chosen);
  const choice = at >= 0 ? at : nextChoice(rows, -1, 1);

  const open = (row: SearchRow | undefined): void => {
    if (row === undefined || row.kind === 'head') return;
    closePrompt();
    if (row.kind === 'line') openFile(session, row.match.path, row.match.line);
    else goToPlace({ kind: 'moment', seq: row.hit.seq });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = (by: 1 | -1): void => setChosen(rows[nextChoice(rows, choice, by)]?.key ?? null);
    const keys: Record<string, () => void> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Enter: () => open(rows[choice]),
    };
    const action = keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  return (
    <Dialog label="Search" className="dialog palette search-dialog" onClose={closePrompt}>
      <div className="search-head">
        <input
          className="palette-input"
          autoFocus
          placeholder="Search the files and the history"
          aria-label="Search files and history"
          role="combobox"
          aria-expanded={rows.length > 0}
          aria-controls="search-results"
          aria-activedescendant={choice >= 0 ? `search-${choice}` : undefined}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          data-testid="search-input"
        />
        {busy && <Spinner label="Searching" />}
        <Option name="matchCase" label="Match case" sign="Aa" />
        <Option name="expression" label="Regular expression" sign=".*" />
      </div>
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
      {found !== null && (
        <SearchResults
          rows={rows}
          choice={choice}
          wish={found.wish}
          stale={busy}
          onPoint={setChosen}
          onOpen={open}
        />
      )}
      {found === null && failure === null && (
        <p className="palette-none muted">
          Lines of files, messages, prompts and what tools answered. “Phrases” in quotes are for the
          history.
        </p>
      )}
    </Dialog>
  );
}

function Option({
  name,
  label,
  sign,
}: {
  name: keyof Omit<SearchWish, 'text'>;
  label: string;
  sign: string;
}) {
  const on = useStore(kOptions)[name];
  return (
    <button
      type="button"
      className="search-option mono"
      aria-label={label}
      title={label}
      aria-pressed={on}
      onClick={() => kOptions.update((before) => ({ ...before, [name]: !on }))}
    >
      {sign}
    </button>
  );
}
