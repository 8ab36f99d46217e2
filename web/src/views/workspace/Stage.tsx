import { lazy, Suspense } from 'react';
import { route } from '../../actions/app';
import { Spinner } from '../../ui/controls';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { useStore } from '../../ui/useStore';
import { EditorPane } from '../editor/EditorPane';
import { Bottom } from './Bottom';
import { Column } from './Column';
import { DropZones } from './DropZones';

const ReviewView = lazy(() => import('../review/ReviewView'));
const TimelineView = lazy(() => import('../timeline/TimelineView'));

/**
 * What the address names: the past takes the whole width, a review the place of the editor. What
 * they cover stays mounted, because editors and terminals hold what a person has typed.
 */
export function Stage() {
  const place = useStore(route, (target) =>
    target.page === 'workspace' ? target.place : undefined,
  );
  const past = place?.kind === 'moment';
  const review = place?.kind === 'task';
  return (
    <>
      {past && (
        <Loaded what="The timeline">
          <TimelineView seq={place.seq} />
        </Loaded>
      )}
      <div className="columns" hidden={past}>
        <Column side="left" />
        <main className="centre">
          {review && (
            <Loaded what="The review">
              <ReviewView key={place.id} task={place.id} />
            </Loaded>
          )}
          <div className="centre-work" hidden={review}>
            <EditorPane />
            <Bottom />
          </div>
        </main>
        <Column side="right" />
        <DropZones />
      </div>
    </>
  );
}

function Loaded({ what, children }: { what: string; children: React.ReactNode }) {
  return (
    <ErrorBoundary what={what}>
      <Suspense
        fallback={
          <div className="centred-row muted">
            <Spinner label={`${what} is loading`} />
          </div>
        }
      >
        {children}
      </Suspense>
    </ErrorBoundary>
  );
}
