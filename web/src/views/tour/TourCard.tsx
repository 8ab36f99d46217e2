import { useEffect } from 'react';
import { tourProgress } from '../../actions/preferences';
import { doStep, leaveTour, skipStep } from '../../actions/tour';
import type { WorkspaceSession } from '../../actions/session';
import { shownTab } from '../../model/layout';
import { advance, isOver, kTour, type TourProgress } from '../../model/tour';
import { Button, IconButton } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { currentSession } from '../palette/currentSession';
import './tour.css';
import { useTarget } from './useTarget';

/** The tour, while a person takes it: a card beside the work, which nothing is covered by. */
export default function TourCard() {
  const session = useStore(currentSession);
  const progress = useStore(tourProgress);
  if (session === null || progress === null || progress.off) return null;
  return progress.workspace === session.id ? <Tour session={session} progress={progress} /> : null;
}

function Tour({ session, progress }: { session: WorkspaceSession; progress: TourProgress }) {
  const log = useStore(session.state, (state) => state?.log);
  const agent = useStore(session.state, (state) => state?.agents[0]?.name ?? 'all');
  const seen = useStore(session.layout, (layout) =>
    layout.folded.bottom ? undefined : shownTab(layout),
  );
  useEffect(() => {
    if (log === undefined) return;
    const next = advance(progress, log, { tab: seen });
    if (next !== progress) tourProgress.set(next);
  }, [log, progress, seen]);
  const step = kTour[progress.step];
  const side = useTarget(step);
  return (
    <aside className="tour" aria-label="Tour" data-side={side} data-testid="tour">
      <header>
        <strong>{step === undefined ? 'That was the tour' : step.title}</strong>
        <span className="faint num">
          {Math.min(progress.step + 1, kTour.length)} of {kTour.length}
        </span>
        <span className="grow" />
        <IconButton
          icon="close"
          size="small"
          label="Close the tour; the palette brings it back"
          onClick={leaveTour}
          data-testid="tour-close"
        />
      </header>
      <p aria-live="polite">
        {step === undefined
          ? 'You asked, saw who holds what, what changed and what it cost, and took it back. All of it is in the log, and in the palette.'
          : step.text}
      </p>
      <ol className="tour-steps" aria-hidden="true">
        {kTour.map(({ name }, index) => (
          <li key={name} data-done={index < progress.step || undefined} />
        ))}
      </ol>
      <div className="tour-actions">
        {step?.action !== undefined && (
          <Button
            size="small"
            variant="primary"
            onClick={() => doStep(session, step.name, agent)}
            data-testid="tour-action"
          >
            {step.action}
          </Button>
        )}
        {isOver(progress) ? (
          <Button size="small" onClick={leaveTour} data-testid="tour-end">
            Done
          </Button>
        ) : (
          <Button size="small" variant="ghost" onClick={skipStep} data-testid="tour-skip">
            Skip this
          </Button>
        )}
      </div>
    </aside>
  );
}
