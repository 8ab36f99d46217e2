import { useState, type FormEvent, type ReactNode } from 'react';
import { openFile } from '../../actions/fileActions';
import { closePrompt } from '../../actions/prompts';
import type { WorkspaceSession } from '../../actions/session';
import { clock, shortName, toneOf } from '../../model/format';
import { asFailure, type Failure } from '../../net/failure';
import type { FileMatch, LogHit } from '../../protocol/entities';
import type { ResultOf } from '../../protocol/methods';
import { Dialog } from '../../ui/Dialog';
import { Button, Problem } from '../../ui/controls';

type Found = ResultOf<'search.text'>;

const kShownMax = 100;

/** Lines of files and what was said and done, for the words that a person types. */
export function SearchDialog({ session }: { session: WorkspaceSession }) {
  const [query, setQuery] = useState('');
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<Found | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy || query.trim() === '') return;
    setBusy(true);
    setFailure(null);
    session
      .call('search.text', { query, in: ['files', 'log'], limit: kShownMax })
      .then(setFound, (thrown: unknown) => setFailure(asFailure(thrown)))
      .finally(() => setBusy(false));
  };
  return (
    <Dialog label="Search" className="dialog palette search-dialog" onClose={closePrompt}>
      <form onSubmit={submit}>
        <input
          className="palette-input"
          autoFocus
          placeholder="Words, or a regular expression for files"
          aria-label="Search files and history"
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          data-testid="search-input"
        />
      </form>
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
      {found !== null && <Results found={found} session={session} />}
      <div className="dialog-actions">
        <Button variant="ghost" onClick={closePrompt}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}

function Results({ found, session }: { found: Found; session: WorkspaceSession }) {
  const log = found.log ?? [];
  const open = (path: string): void => {
    closePrompt();
    openFile(session, path);
  };
  if (found.matches.length === 0 && log.length === 0) {
    return <p className="palette-none muted">Nothing was found.</p>;
  }
  return (
    <div className="search-results" data-testid="search-results">
      <Section title="Files" cut={found.truncated}>
        {found.matches.map((match) => (
          <FileRow key={`${match.path}:${match.line}`} match={match} onOpen={open} />
        ))}
      </Section>
      <Section title="History" cut={found.log_truncated === true}>
        {log.map((hit) => (
          <LogRow key={hit.seq} hit={hit} onOpen={open} />
        ))}
      </Section>
    </div>
  );
}

function Section(props: { title: string; cut: boolean; children: ReactNode[] }) {
  if (props.children.length === 0) return null;
  return (
    <section aria-label={props.title}>
      <h3>{props.title}</h3>
      <ul>{props.children}</ul>
      {props.cut && <p className="faint">There are more: use more words.</p>}
    </section>
  );
}

function FileRow({ match, onOpen }: { match: FileMatch; onOpen: (path: string) => void }) {
  return (
    <li>
      <button type="button" onClick={() => onOpen(match.path)}>
        <span className="mono">
          {match.path}:{match.line}
        </span>
        <span className="faint mono truncate">{match.text.trim()}</span>
      </button>
    </li>
  );
}

function LogRow({ hit, onOpen }: { hit: LogHit; onOpen: (path: string) => void }) {
  const { path } = hit;
  return (
    <li data-testid={`search-hit-${hit.seq}`} data-tone={toneOf(hit.actor)}>
      <button
        type="button"
        disabled={path === undefined}
        onClick={() => path !== undefined && onOpen(path)}
      >
        <span>
          <span className="toned">{shortName(hit.actor)}</span>{' '}
          <span className="faint">
            {clock(hit.ts)} · {hit.tool ?? hit.type} {path ?? ''} · #{hit.seq}
          </span>
        </span>
        <span className="search-excerpt">{hit.excerpt}</span>
      </button>
    </li>
  );
}
