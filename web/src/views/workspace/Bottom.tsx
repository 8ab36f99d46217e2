import { useRef, type KeyboardEvent } from 'react';
import {
  foldArea,
  kPanelTitles,
  resizeArea,
  revealPanel,
  shownTab,
  type PanelId,
} from '../../model/layout';
import { IconButton } from '../../ui/controls';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { Splitter } from '../../ui/Splitter';
import { dragging } from './PanelHead';
import { PanelMenu } from './PanelMenu';
import { kPanelViews, PanelCount } from './panels';
import { useSession } from './SessionContext';
import { useLayout } from './useLayout';

/** The panels below the editor, as tabs. */
export function Bottom() {
  const { layout: store } = useSession();
  const layout = useLayout();
  const box = useRef<HTMLElement>(null);
  const tab = shownTab(layout);
  if (tab === undefined) return null;
  const open = !layout.folded.bottom;
  const height = layout.sizes.bottom;
  const resize = (size: number | undefined): void =>
    store.update((before) => resizeArea(before, 'bottom', size, window.innerHeight));
  const begin = () => {
    const start = box.current?.offsetHeight ?? 0;
    return (moved: number): void => resize(start - moved);
  };
  return (
    <section
      ref={box}
      className="dock"
      data-open={open}
      aria-label="Activity"
      style={open && height !== undefined ? { height } : undefined}
    >
      {open && (
        <Splitter
          orientation="horizontal"
          label="Height of the activity"
          value={height ?? 0}
          begin={begin}
          onReset={() => resize(undefined)}
          testId="dock-edge"
        />
      )}
      <div className="panel-head">
        <Tabs tab={tab} />
        <span className="grow" />
        <PanelMenu panel={tab} />
        <span className="dock-toggle" data-open={open}>
          <IconButton
            icon="down"
            size="small"
            label={open ? 'Fold the activity' : 'Unfold the activity'}
            aria-expanded={open}
            onClick={() => store.update((before) => foldArea(before, 'bottom'))}
          />
        </span>
      </div>
      <div className="dock-body" role="tabpanel" aria-label={kPanelTitles[tab]}>
        <ErrorBoundary key={tab} what={`The panel ${kPanelTitles[tab]}`}>
          {kPanelViews[tab].view()}
        </ErrorBoundary>
      </div>
    </section>
  );
}

function Tabs({ tab }: { tab: PanelId }) {
  const { layout: store } = useSession();
  const { bottom } = useLayout().areas;
  const show = (panel: PanelId): void => store.update((before) => revealPanel(before, panel));
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = bottom[(bottom.indexOf(tab) + (step ?? 0) + bottom.length) % bottom.length];
    if (step === undefined || next === undefined) return;
    event.preventDefault();
    show(next);
    const bar = event.currentTarget;
    requestAnimationFrame(() => bar.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
  return (
    <div className="tabs" role="tablist" aria-label="Activity" onKeyDown={onKeyDown}>
      {bottom.map((panel) => (
        <button
          key={panel}
          type="button"
          role="tab"
          className="tab"
          aria-selected={tab === panel}
          tabIndex={tab === panel ? 0 : -1}
          onClick={() => show(panel)}
          data-testid={`dock-${panel}`}
          {...dragging(panel)}
        >
          {kPanelTitles[panel]}
          <PanelCount panel={panel} />
        </button>
      ))}
    </div>
  );
}
