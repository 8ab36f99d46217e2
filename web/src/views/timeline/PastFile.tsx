import { lazy, Suspense } from 'react';
import type { Against } from '../../actions/timeline';
import { askRestore } from '../../actions/timelineCommands';
import { Empty, IconButton, Problem, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import { useMoment, useTimeline } from './TimelineContext';
import { useTexts } from './useTexts';

const PastText = lazy(() => import('./PastText'));

/** The file that was edited last before the moment, of those edits that the window holds. */
function useLastEdited(): string | null {
  const { seq } = useMoment();
  const { events } = useStore(useTimeline().window);
  const last = events.findLast((event) => event.type === 'file_edit' && event.seq <= seq);
  const data = last?.data as { path?: unknown } | undefined;
  return typeof data?.path === 'string' ? data.path : null;
}

/** The text of a file as it was, and what was different; unless one is chosen, what was edited. */
export function PastFile() {
  const timeline = useTimeline();
  const chosen = useStore(timeline.path);
  const edited = useLastEdited();
  const path = chosen ?? edited;
  return (
    <section className="panel past-file" aria-label="File, then">
      {path === null ? (
        <Empty icon="file" title="Pick a file to see its text as it was" />
      ) : (
        <Compared path={path} chosen={chosen !== null} />
      )}
    </section>
  );
}

function Compared({ path, chosen }: { path: string; chosen: boolean }) {
  const timeline = useTimeline();
  const session = useSession();
  const { seq } = useMoment();
  const against = useStore(timeline.against);
  const marked = useStore(timeline.marks, ({ a, b }) => a !== undefined && b !== undefined);
  const { texts, failure } = useTexts(path, against);
  return (
    <>
      <div className="panel-head">
        <h2 className="truncate mono" data-testid="past-path">
          {path}
        </h2>
        {!chosen && <span className="faint past-follows">edited last</span>}
        <span className="grow" />
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
          icon="undo"
          size="small"
          label="Restore this file…"
          onClick={() => askRestore(session, seq, path)}
          data-testid="past-restore-file"
        />
        {chosen && (
          <IconButton
            icon="close"
            size="small"
            label="Show what is edited instead"
            onClick={() => timeline.path.set(null)}
          />
        )}
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
