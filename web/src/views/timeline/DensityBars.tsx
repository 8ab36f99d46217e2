import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { familyOf } from '../../model/describe';
import { toneOf } from '../../model/format';
import { columnsOf, placeOnAxis, type Axis, type Column } from '../../model/timeline';
import { useStore } from '../../ui/useStore';
import { useTimeline } from './TimelineContext';

const kColumnPx = 4;
const kHeight = 48;

/** How much happened when, as columns of the strip; a pause that is cut short is a dashed line. */
export const DensityBars = memo(function DensityBars({ axis }: { axis: Axis }) {
  const timeline = useTimeline();
  const density = useStore(timeline.density);
  const colours = useStore(timeline.colours);
  const { box, width } = useWidth();
  const columns = useMemo(
    () => (density === null ? [] : columnsOf(density, axis, Math.ceil(width / kColumnPx))),
    [density, axis, width],
  );
  const most = Math.max(1, ...columns.map(({ total }) => total));
  return (
    <svg ref={box} className="strip-bars" height={kHeight} width="100%" aria-hidden="true">
      {columns.map((column, index) => (
        <Bar key={index} x={index * kColumnPx} column={column} most={most} by={colours} />
      ))}
      {density?.gaps.map(({ seq }) => {
        const x = placeOnAxis(axis, seq) * width;
        return <line key={seq} className="strip-gap" x1={x} x2={x} y1={0} y2={kHeight} />;
      })}
    </svg>
  );
});

/** A root makes few events visible beside many. */
function Bar(props: { x: number; column: Column; most: number; by: 'agent' | 'type' }) {
  const { x, column, most, by } = props;
  if (column.total === 0) return null;
  const height = Math.max(2, Math.sqrt(column.total / most) * kHeight);
  const parts = new Map<string, number>();
  for (const [key, count] of column.counts) {
    const name = by === 'type' ? familyOf(key) : key;
    parts.set(name, (parts.get(name) ?? 0) + count);
  }
  let y = kHeight;
  return [...parts.entries()].toSorted().map(([name, count]) => {
    const part = (count / column.total) * height;
    y -= part;
    const tone = by === 'agent' ? toneOf(name === '' ? 'system' : `agent:${name}`) : undefined;
    return (
      <rect
        key={name}
        className="strip-bar"
        data-tone={tone}
        data-family={by === 'type' ? name : undefined}
        x={x}
        y={y}
        width={kColumnPx - 1}
        height={part}
      />
    );
  });
}

/** The width of an element in pixels, as it changes. */
function useWidth() {
  const box = useRef<SVGSVGElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}
