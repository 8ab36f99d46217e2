import { useEffect, useMemo, useState, type RefObject } from 'react';
import { clipped, linksOf, pathOf, type Box, type Link } from '../../model/dependencyLines';
import type { TaskInfo } from '../../protocol/entities';

type Line = Link & { path: string };

/** Where the cards of `links` are in the box; a link to a card that is not drawn is left out. */
function measure(box: HTMLElement, links: Link[]): Line[] {
  const around = box.getBoundingClientRect();
  const [left, top] = [around.left - box.scrollLeft, around.top - box.scrollTop];
  const within = (element: Element): Box => {
    const rect = element.getBoundingClientRect();
    return {
      left: rect.left - left,
      right: rect.right - left,
      top: rect.top - top,
      bottom: rect.bottom - top,
    };
  };
  const wanted = new Set(links.flatMap(({ from, to }) => [from, to]));
  const places = new Map<string, Box>();
  for (const card of box.querySelectorAll<HTMLElement>('[data-card]')) {
    const id = card.dataset['card'] ?? '';
    const lane = card.closest('.lane-cards');
    if (wanted.has(id) && lane !== null) places.set(id, clipped(within(card), within(lane)));
  }
  return links.flatMap((link) => {
    const [from, to] = [places.get(link.from), places.get(link.to)];
    return from === undefined || to === undefined ? [] : [{ ...link, path: pathOf(from, to) }];
  });
}

const sameLine = (a: Line, b: Line | undefined): boolean =>
  a.path === b?.path && a.from === b.from && a.to === b.to && a.state === b.state;

/**
 * Lines from each task to those that wait for it, behind the cards. The cards say the same in
 * words, so there is nothing here to be read aloud. Measured when cards or lanes change their size,
 * as they are drawn anew, and once a frame while something scrolls.
 */
export function DependencyLines(props: {
  tasks: TaskInfo[];
  pointed: string | null;
  box: RefObject<HTMLElement | null>;
}) {
  const { tasks, pointed, box } = props;
  const links = useMemo(() => linksOf(tasks), [tasks]);
  const [lines, setLines] = useState<Line[]>([]);

  // After every drawing: cards may have come, gone, or changed places.
  useEffect(() => {
    const element = box.current;
    if (element === null || links.length === 0) {
      setLines((before) => (before.length === 0 ? before : []));
      return undefined;
    }
    const draw = (): void => {
      const now = measure(element, links);
      setLines((before) =>
        before.length === now.length && now.every((line, at) => sameLine(line, before[at]))
          ? before
          : now,
      );
    };
    let frame = 0;
    const onScroll = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(draw);
    };
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    for (const card of element.querySelectorAll('[data-card]')) observer.observe(card);
    element.addEventListener('scroll', onScroll, { capture: true, passive: true });
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      element.removeEventListener('scroll', onScroll, { capture: true });
    };
  });

  if (lines.length === 0) return null;
  return (
    <svg className="depends-lines" aria-hidden="true" data-testid="depends-lines">
      <defs>
        <marker
          id="depends-head"
          viewBox="0 0 6 6"
          refX="5"
          refY="3"
          markerWidth="5"
          markerHeight="5"
          orient="auto"
        >
          <path d="M0 0 6 3 0 6z" />
        </marker>
      </defs>
      {lines.map(({ from, to, state, path }) => (
        <path
          key={`${from} ${to}`}
          d={path}
          markerEnd="url(#depends-head)"
          data-from={from}
          data-to={to}
          data-state={state}
          data-pointed={from === pointed || to === pointed || undefined}
        />
      ))}
    </svg>
  );
}
