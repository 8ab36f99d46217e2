import { useEffect, useRef } from 'react';
import { clock, shortName, toneOf } from '../../model/format';
import { partsOf, type SearchRow, type SearchWish } from '../../model/search';
import { Badge } from '../../ui/controls';

interface SearchResultsProps {
  rows: SearchRow[];
  choice: number;
  wish: SearchWish;
  /** A newer question is under way. */
  stale: boolean;
  onPoint: (key: string) => void;
  onOpen: (row: SearchRow) => void;
}

export function SearchResults(props: SearchResultsProps) {
  const { rows, choice, wish, stale, onPoint, onOpen } = props;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[choice]?.scrollIntoView({ block: 'nearest' });
  }, [choice]);
  if (rows.length === 0) return <p className="palette-none muted">Nothing was found.</p>;
  return (
    <ul
      ref={list}
      className="search-results"
      id="search-results"
      role="listbox"
      aria-label="What was found"
      data-stale={stale}
      data-testid="search-results"
    >
      {rows.map((row, index) =>
        row.kind === 'head' ? (
          <li key={row.key} role="presentation" className="search-file">
            <span className="mono truncate">{row.title}</span>
            <Badge>{`${row.count}${row.more ? '+' : ''}`}</Badge>
          </li>
        ) : (
          <li
            key={row.key}
            id={`search-${index}`}
            role="option"
            aria-selected={index === choice}
            onMouseMove={() => onPoint(row.key)}
            onClick={() => onOpen(row)}
            data-testid={row.kind === 'hit' ? `search-hit-${row.hit.seq}` : `found-${row.key}`}
          >
            {row.kind === 'line' ? <Line row={row} wish={wish} /> : <Hit row={row} wish={wish} />}
          </li>
        ),
      )}
    </ul>
  );
}

type RowOf<Kind> = Extract<SearchRow, { kind: Kind }>;

function Line({ row, wish }: { row: RowOf<'line'>; wish: SearchWish }) {
  return (
    <>
      <span className="search-line num faint">{row.match.line}</span>
      <span className="mono truncate">
        <Marked text={row.match.text.trim()} wish={wish} />
      </span>
    </>
  );
}

function Hit({ row: { hit }, wish }: { row: RowOf<'hit'>; wish: SearchWish }) {
  return (
    <span className="search-hit" data-tone={toneOf(hit.actor)}>
      <span className="truncate">
        <span className="toned">{shortName(hit.actor)}</span>{' '}
        <span className="faint">
          {clock(hit.ts)} · {hit.tool ?? hit.type} {hit.path ?? ''} · #{hit.seq}
        </span>
      </span>
      <span className="search-excerpt">
        <Marked text={hit.excerpt} wish={wish} />
      </span>
    </span>
  );
}

function Marked({ text, wish }: { text: string; wish: SearchWish }) {
  return partsOf(text, wish).map((part, at) =>
    part.found ? <mark key={at}>{part.text}</mark> : part.text,
  );
}
