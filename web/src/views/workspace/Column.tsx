import { Fragment, useRef } from 'react';
import { dividePanels, resizeArea, type PanelId } from '../../model/layout';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { Splitter } from '../../ui/Splitter';
import { useMedia } from '../../ui/useMedia';
import { kPanelTitles } from '../../model/layout';
import { PanelHead } from './PanelHead';
import { kPanelViews, PanelCount } from './panels';
import { useSession } from './SessionContext';
import { kNarrow, useLayout } from './useLayout';

const kNames = { left: 'Left side', right: 'Right side' } as const;

/**
 * The panels at one side, one above the other. Folded, they stay as they are, unseen. Where the
 * screen shows one pane at a time, the one that it shows is what the page is about.
 */
export function Column({ side }: { side: 'left' | 'right' }) {
  const session = useSession();
  const layout = useLayout();
  const box = useRef<HTMLDivElement>(null);
  const narrow = useMedia(kNarrow);
  const panels = layout.areas[side];
  const width = layout.sizes[side];
  if (panels.length === 0) return null;

  const beginWidth = () => {
    const start = box.current?.offsetWidth ?? 0;
    return (moved: number): void =>
      session.layout.update((before) =>
        resizeArea(before, side, start + (side === 'left' ? moved : -moved), window.innerWidth),
      );
  };
  const line = (
    <Splitter
      orientation="vertical"
      label={`Width of the ${side} side`}
      value={width ?? 0}
      begin={beginWidth}
      onReset={() =>
        session.layout.update((before) => resizeArea(before, side, undefined, window.innerWidth))
      }
      testId={`edge-${side}`}
    />
  );
  return (
    <div
      ref={box}
      className="column"
      role={narrow ? 'main' : 'complementary'}
      data-area={side}
      hidden={layout.folded[side]}
      aria-label={kNames[side]}
      style={width === undefined ? undefined : { width }}
    >
      {line}
      {panels.map((panel, index) => (
        <Fragment key={panel}>
          {index > 0 && <Division upper={panels[index - 1] ?? panel} lower={panel} />}
          <Slot panel={panel} share={layout.shares[panel]} />
        </Fragment>
      ))}
    </div>
  );
}

function Slot({ panel, share }: { panel: PanelId; share: number | undefined }) {
  const { view, ownHead } = kPanelViews[panel];
  return (
    <div
      className="slot"
      data-slot={panel}
      data-divided={share !== undefined}
      style={share === undefined ? undefined : { flexGrow: share }}
    >
      {ownHead !== true && (
        <PanelHead panel={panel}>
          <PanelCount panel={panel} />
          <span className="grow" />
        </PanelHead>
      )}
      <ErrorBoundary what={`The panel ${kPanelTitles[panel]}`}>{view()}</ErrorBoundary>
    </div>
  );
}

/** The line between two panels of a side. */
function Division({ upper, lower }: { upper: PanelId; lower: PanelId }) {
  const { layout } = useSession();
  const begin = () => {
    const height = (panel: PanelId): number =>
      document.querySelector<HTMLElement>(`[data-slot="${panel}"]`)?.offsetHeight ?? 1;
    const [above, below] = [height(upper), height(lower)];
    return (moved: number): void =>
      layout.update((before) =>
        dividePanels(before, upper, lower, (above + moved) / (above + below)),
      );
  };
  return (
    <Splitter
      orientation="horizontal"
      label={`Between ${kPanelTitles[upper]} and ${kPanelTitles[lower]}`}
      value={0}
      begin={begin}
      onReset={() => layout.update((before) => dividePanels(before, upper, lower, undefined))}
      testId={`division-${upper}-${lower}`}
    />
  );
}
