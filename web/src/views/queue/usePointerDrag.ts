import { useEffect, useRef, useState, type PointerEvent } from 'react';
import type { Gap } from '../../model/lanes';
import type { TaskInfo } from '../../protocol/entities';
import type { TaskMove } from './useTaskMove';

/** So far a pointer has to go before a press is a drag and no click. */
const kDragFromPx = 5;
/** So near an edge a lane scrolls by itself. */
const kEdgePx = 28;
const kScrollPx = 10;

interface Pressed {
  task: TaskInfo;
  x: number;
  y: number;
  pointer: number;
  dragging: boolean;
}

/** The gap of the lane under the pointer, told by the middles of the cards in it. */
function gapAt(x: number, y: number): Gap | null {
  const lane = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-lane]');
  const agent = lane?.dataset['lane'];
  if (lane === null || lane === undefined || agent === undefined) return null;
  const cards = [...lane.querySelectorAll<HTMLElement>('[data-in-line]')];
  const index = cards.findIndex((card) => {
    const { top, height } = card.getBoundingClientRect();
    return y < top + height / 2;
  });
  return { agent, index: index < 0 ? cards.length : index };
}

function scrollNear(x: number, y: number): void {
  const under = document.elementFromPoint(x, y);
  const inner = under?.closest<HTMLElement>('[data-scrolls]') ?? null;
  const outer = inner?.parentElement?.closest<HTMLElement>('[data-scrolls]') ?? null;
  for (const scroller of [inner, outer]) {
    if (scroller === null) continue;
    const { top, right, bottom, left } = scroller.getBoundingClientRect();
    if (y < top + kEdgePx) scroller.scrollTop -= kScrollPx;
    if (y > bottom - kEdgePx) scroller.scrollTop += kScrollPx;
    if (x < left + kEdgePx) scroller.scrollLeft -= kScrollPx;
    if (x > right - kEdgePx) scroller.scrollLeft += kScrollPx;
  }
}

/**
 * Drags cards with a pointer: pressed on a card, or with a finger on its handle, since a finger on
 * the card scrolls.
 */
export function usePointerDrag(move: TaskMove): {
  press: (task: TaskInfo, event: PointerEvent<HTMLElement>) => void;
  at: { x: number; y: number } | null;
} {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null);
  const pressed = useRef<Pressed | null>(null);
  const latest = useRef(move);
  latest.current = move;

  useEffect(() => {
    const end = (): void => {
      pressed.current = null;
      setAt(null);
    };
    const onMove = (event: globalThis.PointerEvent): void => {
      const press = pressed.current;
      if (press === null || press.pointer !== event.pointerId) return;
      const { clientX: x, clientY: y } = event;
      if (!press.dragging) {
        if (Math.hypot(x - press.x, y - press.y) < kDragFromPx) return;
        press.dragging = true;
        latest.current.take(press.task);
      }
      event.preventDefault();
      setAt({ x, y });
      scrollNear(x, y);
      latest.current.over(gapAt(x, y));
    };
    const onUp = (event: globalThis.PointerEvent): void => {
      if (pressed.current?.pointer !== event.pointerId) return;
      if (pressed.current.dragging) latest.current.drop();
      end();
    };
    const onCancel = (event: Event): void => {
      if (event instanceof KeyboardEvent && event.key !== 'Escape') return;
      if (pressed.current?.dragging !== true) return;
      latest.current.cancel();
      end();
    };
    window.addEventListener('pointermove', onMove, { passive: false });
    window.addEventListener('pointerup', onUp);
    window.addEventListener('pointercancel', onCancel);
    window.addEventListener('keydown', onCancel);
    return () => {
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', onUp);
      window.removeEventListener('pointercancel', onCancel);
      window.removeEventListener('keydown', onCancel);
    };
  }, []);

  return {
    press: (task, event) => {
      const { target, button, pointerType, pointerId: pointer, clientX: x, clientY: y } = event;
      if (button !== 0 || !(target instanceof Element)) return;
      const handle = target.closest('[data-handle]') !== null;
      if (!handle && (pointerType === 'touch' || target.closest('button, a, select') !== null))
        return;
      pressed.current = { task, x, y, pointer, dragging: false };
    },
    at,
  };
}
