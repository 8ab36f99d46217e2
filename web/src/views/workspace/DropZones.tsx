import { useState, type DragEvent } from 'react';
import { draggedPanel } from '../../actions/layout';
import { movePanel, type Area } from '../../model/layout';
import { useStore } from '../../ui/useStore';
import { kPanelType } from './PanelHead';
import { useSession } from './SessionContext';

const kSidePx = 160;

interface Target {
  area: Area;
  index: number;
}

/** Where a panel goes that is let go at a point: its area, and before which other one. */
function targetAt(x: number, y: number): Target {
  const sideWidth = (area: Area): number =>
    document.querySelector<HTMLElement>(`.column[data-area="${area}"]`)?.offsetWidth || kSidePx;
  const area =
    x < sideWidth('left')
      ? 'left'
      : x > window.innerWidth - sideWidth('right')
        ? 'right'
        : 'bottom';
  const among = area === 'bottom' ? '.dock [role="tab"]' : `[data-area="${area}"] [data-slot]`;
  const before = [...document.querySelectorAll(among)].filter((element) => {
    const { left, width, top, height } = element.getBoundingClientRect();
    return area === 'bottom' ? left + width / 2 < x : top + height / 2 < y;
  });
  return { area, index: before.length };
}

/** Lies over everything while a panel is dragged, and shows where it would go. */
export function DropZones() {
  const session = useSession();
  const panel = useStore(draggedPanel);
  const [target, setTarget] = useState<Target | null>(null);
  if (panel === null) return null;
  const onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes(kPanelType)) return;
    event.preventDefault();
    const next = targetAt(event.clientX, event.clientY);
    if (target?.area !== next.area || target.index !== next.index) setTarget(next);
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    const { area, index } = targetAt(event.clientX, event.clientY);
    draggedPanel.set(null);
    setTarget(null);
    session.layout.update((before) => movePanel(before, panel, area, index));
  };
  return (
    <div className="drop-zones" onDragOver={onDragOver} onDrop={onDrop} data-testid="drop-zones">
      {(['left', 'bottom', 'right'] as const).map((area) => (
        <div key={area} className="drop-zone" data-area={area} data-over={target?.area === area}>
          {{ left: 'Left side', right: 'Right side', bottom: 'Below the editor' }[area]}
        </div>
      ))}
    </div>
  );
}
