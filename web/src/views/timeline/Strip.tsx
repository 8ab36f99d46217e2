import { useMemo, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { attempt } from '../../actions/toasts';
import { describe } from '../../model/describe';
import { clock, shortName } from '../../model/format';
import { axisOf, eventAt, placeOnAxis, type Axis } from '../../model/timeline';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { DensityBars } from './DensityBars';
import { useTimeline } from './TimelineContext';

const kHelp =
  'Arrows: events; with Shift: checkpoints. Page keys, Home, End: further. Space: play. A, B: marks.';
/** How far the page keys go: this part of the strip. */
const kPageShare = 0.05;
/** Of the events that came since the density was counted, so many have a place of their own. */
const kTailEvents = 2_000;

/** The whole session from left to right, and where one is: a slider. */
export function Strip() {
  const timeline = useTimeline();
  const box = useRef<HTMLDivElement>(null);
  const target = useStore(timeline.target);
  const head = useWorkspace((state) => state.seq);
  const axis = useAxis();
  const dragging = useRef(false);

  const lookAt = (event: PointerEvent): void => {
    const rect = box.current?.getBoundingClientRect();
    if (rect === undefined || rect.width === 0 || axis === null) return;
    timeline.look(eventAt(axis, (event.clientX - rect.left) / rect.width));
  };
  const onKeyDown = useStripKeys(axis);
  return (
    <div
      ref={box}
      className="strip"
      role="slider"
      tabIndex={0}
      aria-label="Moment"
      title={kHelp}
      aria-valuemin={1}
      aria-valuemax={head}
      aria-valuenow={target}
      aria-valuetext={useSpoken(target, head)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        timeline.player.pause();
        lookAt(event);
      }}
      onPointerMove={(event) => dragging.current && lookAt(event)}
      onPointerUp={() => (dragging.current = false)}
      onPointerCancel={() => (dragging.current = false)}
      data-testid="strip"
    >
      {axis !== null && (
        <>
          <DensityBars axis={axis} />
          <Marks axis={axis} />
          <span
            className="strip-head"
            style={{ left: `${placeOnAxis(axis, target) * 100}%` }}
            data-testid="strip-head"
          />
        </>
      )}
    </div>
  );
}

/** The density's places, and those of events that came since. */
function useAxis(): Axis | null {
  const session = useSession();
  const density = useStore(useTimeline().density);
  const head = useWorkspace((state) => state.seq);
  return useMemo(() => {
    if (density === null) return null;
    const log = session.state.get()?.log ?? [];
    return axisOf(density, log.filter(({ seq }) => seq > density.to).slice(-kTailEvents));
    // The log has grown when the head has.
  }, [density, session, head]);
}

/** What a screen reader says of the moment. */
function useSpoken(target: number, head: number): string {
  const event = useStore(useTimeline().moment, (moment) => moment?.event);
  const where = `event ${target} of ${head}`;
  if (event === undefined || event.seq !== target) return where;
  return `${where}, ${clock(event.ts)}, ${shortName(event.actor)}: ${describe(event)}`;
}

function useStripKeys(axis: Axis | null): (event: KeyboardEvent) => void {
  const timeline = useTimeline();
  const page = (share: number): void => {
    if (axis === null) return;
    const here = timeline.target.get();
    const there = eventAt(axis, placeOnAxis(axis, here) + share);
    timeline.look(there === here ? here + Math.sign(share) : there);
  };
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (way: 'before' | 'after') => () =>
      attempt(() => (event.shiftKey ? timeline.stepCheckpoint(way) : timeline.step(way)));
    const keys: Record<string, () => void> = {
      ArrowLeft: step('before'),
      ArrowDown: step('before'),
      ArrowRight: step('after'),
      ArrowUp: step('after'),
      PageDown: () => page(-kPageShare),
      PageUp: () => page(kPageShare),
      Home: () => timeline.look(1),
      End: () => timeline.look(timeline.head()),
      ' ': () => timeline.player.toggle(),
      a: () => timeline.mark('a'),
      b: () => timeline.mark('b'),
    };
    const action = keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    if (event.key !== ' ') timeline.player.pause();
    action();
  };
}

function Marks({ axis }: { axis: Axis }) {
  const { a, b } = useStore(useTimeline().marks);
  return (
    <>
      {a !== undefined && b !== undefined && (
        <span
          className="strip-between"
          style={{
            left: `${placeOnAxis(axis, Math.min(a, b)) * 100}%`,
            right: `${(1 - placeOnAxis(axis, Math.max(a, b))) * 100}%`,
          }}
        />
      )}
      {Object.entries({ A: a, B: b }).map(
        ([name, seq]) =>
          seq !== undefined && (
            <span
              key={name}
              className="strip-mark"
              style={{ left: `${placeOnAxis(axis, seq) * 100}%` }}
            >
              {name}
            </span>
          ),
      )}
    </>
  );
}
