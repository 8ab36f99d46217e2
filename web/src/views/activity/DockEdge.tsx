import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { dock } from '../../actions/preferences';
import { useStore } from '../../ui/useStore';

const kLeast = 120;
const kStep = 40;
/** What stays for the editor. */
const kRest = 160;

function clamped(height: number): number {
  return Math.round(Math.max(kLeast, Math.min(height, window.innerHeight - kRest)));
}

function resize(height: number): void {
  dock.update((before) => ({ ...before, height: clamped(height) }));
}

/** The upper edge of the activity: dragged, or moved with the arrow keys; a double click resets. */
export function DockEdge() {
  const edge = useRef<HTMLDivElement>(null);
  const { height } = useStore(dock);
  const now = (): number => edge.current?.parentElement?.offsetHeight ?? 0;
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.preventDefault();
    const start = { y: event.clientY, height: now() };
    const move = (moved: globalThis.PointerEvent): void =>
      resize(start.height + start.y - moved.clientY);
    const end = (): void => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', end);
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowUp: kStep, ArrowDown: -kStep }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(now() + step);
  };
  const reset = (): void =>
    dock.update(({ tab, open }) => ({
      tab,
      open,
    }));
  return (
    <div
      ref={edge}
      className="dock-edge"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the activity"
      aria-valuenow={height ?? 0}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDoubleClick={reset}
      data-testid="dock-edge"
    />
  );
}
