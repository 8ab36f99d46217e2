import type { ReactNode } from 'react';
import { draggedPanel } from '../../actions/layout';
import { kPanelTitles, type PanelId } from '../../model/layout';
import { PanelMenu } from './PanelMenu';
import { useArea } from './useLayout';

export const kPanelType = 'application/x-coditect-panel';

/**
 * The head of a panel: its name, by which it is dragged elsewhere, and its tools. At the bottom
 * the tab is the name, and a panel without tools has no head.
 */
export function PanelHead({ panel, children }: { panel: PanelId; children?: ReactNode }) {
  const area = useArea(panel);
  if (area === 'bottom') {
    return children === undefined ? null : <div className="panel-head">{children}</div>;
  }
  return (
    <div className="panel-head" data-testid={`head-${panel}`} {...dragging(panel)}>
      <h2>{kPanelTitles[panel]}</h2>
      {children ?? <span className="grow" />}
      <PanelMenu panel={panel} />
    </div>
  );
}

/** What makes an element the handle of a panel. */
export function dragging(panel: PanelId) {
  return {
    draggable: true,
    onDragStart: (event: React.DragEvent): void => {
      event.dataTransfer.setData(kPanelType, panel);
      event.dataTransfer.effectAllowed = 'move';
      draggedPanel.set(panel);
    },
    onDragEnd: (): void => draggedPanel.set(null),
  };
}
