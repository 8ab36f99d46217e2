import {
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';

const kOverscanRows = 8;

interface VirtualListProps<Row> {
  rows: Row[];
  rowHeight: number;
  keyOf: (row: Row) => string | number;
  render: (row: Row, index: number) => ReactNode;
  /** Stay at the end as rows are added, unless the reader has scrolled away from it. */
  follow?: 'end' | 'nothing';
  /** The row to bring into view when it changes. */
  reveal?: number | undefined;
  onReachStart?: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  role?: string;
  label: string;
}

/**
 * Scrolls as rows come: to the end while `stuck` there, by as much as was added before the first
 * row, and to the row to reveal.
 */
function useKeptPlace<Row>(
  { rows, rowHeight, keyOf, follow = 'nothing', reveal }: VirtualListProps<Row>,
  box: RefObject<HTMLDivElement | null>,
  stuck: RefObject<boolean>,
): void {
  const firstKey = useRef<string | number | null>(null);

  useLayoutEffect(() => {
    const element = box.current;
    const key = rows[0] === undefined ? null : keyOf(rows[0]);
    const before = firstKey.current;
    firstKey.current = key;
    if (element === null) return;
    if (follow === 'end' && stuck.current) {
      element.scrollTop = element.scrollHeight;
    } else if (before !== null && key !== before) {
      const shift = rows.findIndex((row) => keyOf(row) === before);
      if (shift > 0) element.scrollTop += shift * rowHeight;
    }
  }, [box, stuck, rows, keyOf, rowHeight, follow]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || reveal === undefined || reveal < 0) return;
    const top = reveal * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    const bottom = top + rowHeight - element.clientHeight;
    if (bottom > element.scrollTop) element.scrollTop = bottom;
  }, [box, reveal, rowHeight]);
}

/**
 * Draws only the rows in sight; every row has the same height. Rows added before the first one do
 * not move what the reader looks at.
 */
export function VirtualList<Row>(props: VirtualListProps<Row>) {
  const { rows, rowHeight, keyOf, follow = 'nothing' } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const stuck = useRef(true);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      setView((before) => ({ ...before, height: element.clientHeight }));
      if (follow === 'end' && stuck.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [follow]);

  useKeptPlace(props, box, stuck);

  const onScroll = (): void => {
    const element = box.current;
    if (element === null) return;
    const { scrollTop, clientHeight, scrollHeight } = element;
    stuck.current = scrollTop + clientHeight >= scrollHeight - rowHeight;
    setView({ top: scrollTop, height: clientHeight });
    if (scrollTop < rowHeight && scrollHeight > clientHeight) props.onReachStart?.();
  };

  const first = Math.max(0, Math.floor(view.top / rowHeight) - kOverscanRows);
  const last = Math.min(
    rows.length,
    Math.ceil((view.top + view.height) / rowHeight) + kOverscanRows,
  );
  return (
    <div
      ref={box}
      className="virtual"
      onScroll={onScroll}
      onKeyDown={props.onKeyDown}
      role={props.role}
      aria-label={props.label}
      tabIndex={props.role === 'tree' ? -1 : 0}
    >
      <div
        className="virtual-space"
        style={{ height: rows.length * rowHeight }}
        role="presentation"
      >
        {rows.slice(first, last).map((row, offset) => (
          <div
            key={keyOf(row)}
            className="virtual-row"
            role="presentation"
            style={{ top: (first + offset) * rowHeight, height: rowHeight }}
          >
            {props.render(row, first + offset)}
          </div>
        ))}
      </div>
    </div>
  );
}
