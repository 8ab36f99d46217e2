import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { fuzzyFilter } from '../../model/fuzzy';
import { Dialog } from '../../ui/Dialog';
import { Kbd } from '../../ui/controls';

export interface PaletteItem {
  id: string;
  /** What the query is matched against. */
  text: string;
  title: string;
  detail: string;
  keys?: string;
  /** `typed` is the whole query. */
  run: (typed: string) => void;
}

const kShownMax = 60;

interface PaletteProps {
  label: string;
  placeholder: string;
  items: PaletteItem[];
  /** What of the query is matched against the items; absent is all of it. */
  matchOf?: (typed: string) => string;
  onClose: () => void;
}

export function Palette({ label, placeholder, items, matchOf, onClose }: PaletteProps) {
  const [query, setQuery] = useState('');
  const [choice, setChoice] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const wanted = matchOf === undefined ? query : matchOf(query);
  const found = useMemo(
    () => fuzzyFilter(items, wanted, (item) => item.text, kShownMax),
    [items, wanted],
  );

  const run = (item: PaletteItem | undefined): void => {
    if (item === undefined) return;
    onClose();
    item.run(query);
  };

  const moveTo = (next: number): void => {
    if (found.length === 0) return;
    const index = (next + found.length) % found.length;
    setChoice(index);
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const keys: Record<string, () => void> = {
      ArrowDown: () => moveTo(choice + 1),
      ArrowUp: () => moveTo(choice - 1),
      Enter: () => run(found[choice]),
    };
    const action = keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };

  return (
    <Dialog label={label} onClose={onClose} className="dialog palette">
      <input
        className="palette-input"
        autoFocus
        placeholder={placeholder}
        aria-label={label}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[choice] === undefined ? undefined : `palette-${choice}`}
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setChoice(0);
        }}
        onKeyDown={onKeyDown}
        data-testid="palette-input"
      />
      <ul className="palette-list" id="palette-list" role="listbox" aria-label={label} ref={list}>
        {found.map((item, index) => (
          <PaletteRow
            key={item.id}
            item={item}
            index={index}
            chosen={index === choice}
            onPoint={() => setChoice(index)}
            onRun={() => run(item)}
          />
        ))}
      </ul>
      {found.length === 0 && <p className="palette-none muted">Nothing fits “{query}”.</p>}
    </Dialog>
  );
}

function PaletteRow(props: {
  item: PaletteItem;
  index: number;
  chosen: boolean;
  onPoint: () => void;
  onRun: () => void;
}) {
  const { item } = props;
  return (
    <li
      id={`palette-${props.index}`}
      role="option"
      aria-selected={props.chosen}
      onMouseMove={props.onPoint}
      onClick={props.onRun}
      data-testid={`palette-item-${item.id}`}
    >
      <span className="truncate">{item.title}</span>
      <span className="faint truncate grow">{item.detail}</span>
      {item.keys !== undefined && <Kbd>{item.keys}</Kbd>}
    </li>
  );
}
