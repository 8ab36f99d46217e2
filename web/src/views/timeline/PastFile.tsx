import { lazy, Suspense } from 'react';
import type { Against } from '../../actions/timeline';
import { Empty, IconButton, Problem, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useMoment, useTimeline } from './TimelineContext';
import { useTexts } from './useTexts';

const PastText = lazy(() => import('./PastText'));

/** The text of a file as it was, and what was different. */
export function PastFile() {
  const timeline = useTimeline();
  const path = useStore(timeline.path);
  const { event } = useMoment();
  const data = event?.data as { path?: unknown } | undefined;
  const touched = typeof data?.path === 'string' ? data.path : null;
  return (
    <section className="panel past-file" aria-label="File, then">
      {path === null ? (
        <Empty
          icon="file"
          title="Pick a file to see its text as it was"
          action={
            touched !== null && (
              <button type="button" className="link" onClick={() => timeline.path.set(touched)}>
                {touched} is what this event is about
              </button>
            )
          }
        />
      ) : (
        <Compared path={path} />
      )}
    </section>
  );
}

function Compared({ path }: { path: string }) {
  const timeline = useTimeline();
  const against = useStore(timeline.against);
  const marked = useStore(timeline.marks, ({ a, b }) => a !== undefined && b !== undefined);
  const { texts, failure } = useTexts(path, against);
  return (
    <>
      <div className="panel-head">
        <h2 className="truncate mono grow" data-testid="past-path">
          {path}
        </h2>
        <select
          className="select"
          aria-label="What the text is compared with"
          value={against}
          onChange={({ target }) => timeline.against.set(target.value as Against)}
          data-testid="past-against"
        >
          <option value="before">what its last change did</option>
          <option value="now">what has changed since</option>
          {marked && <option value="marks">from mark A to mark B</option>}
        </select>
        <IconButton
          icon="close"
          size="small"
          label="Close the file"
          onClick={() => timeline.path.set(null)}
        />
      </div>
      <div className="panel-fill">
        {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
        {texts !== null && failure === null && (
          <Shown path={path} from={texts.from} to={texts.to} />
        )}
      </div>
    </>
  );
}

function Shown({ path, from, to }: { path: string; from: string | null; to: string | null }) {
  if (from === null && to === null) {
    return <Empty icon="file" title={`There was no ${path} then`} />;
  }
  return (
    <Suspense fallback={<Spinner label="Loading the editor" />}>
      <PastText path={path} from={from ?? ''} to={to ?? ''} gone={to === null} />
    </Suspense>
  );
}
