import { useEffect, useState } from 'react';
import { changesBetween, filesAfter, type FileChange } from '../../model/timeline';
import { asFailure, type Failure } from '../../net/failure';
import { Badge, IconButton, Problem, type BadgeKind } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import { useTimeline } from './TimelineContext';

const kKinds: Record<FileChange['kind'], BadgeKind> = {
  created: 'good',
  changed: 'accent',
  removed: 'bad',
};

function useChanges(from: number, to: number) {
  const { call } = useSession();
  const [changes, setChanges] = useState<FileChange[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    let wanted = true;
    setChanges(null);
    Promise.all([call('timeline.at', { seq: from }), call('timeline.at', { seq: to })]).then(
      ([before, after]) => {
        const [then, later] = [filesAfter(new Map(), before), filesAfter(new Map(), after)];
        if (wanted) setChanges(changesBetween(then, later));
      },
      (thrown: unknown) => wanted && setFailure(asFailure(thrown)),
    );
    return () => {
      wanted = false;
    };
  }, [call, from, to]);
  return { changes, failure };
}

/** The files that differ between mark A and mark B. */
export function MarksPanel() {
  const timeline = useTimeline();
  const { a = 1, b = 1 } = useStore(timeline.marks);
  const path = useStore(timeline.path);
  const [from, to] = [Math.min(a, b), Math.max(a, b)];
  const { changes, failure } = useChanges(from, to);
  const show = (picked: string): void => {
    timeline.against.set('marks');
    timeline.path.set(picked);
  };
  return (
    <section className="past-marks" aria-label="Between the marks" data-testid="past-marks">
      <div className="panel-head">
        <h2>
          Event {from} to {to}
        </h2>
        <span className="grow" />
        <IconButton
          icon="close"
          size="small"
          label="Remove the marks"
          onClick={() => timeline.clearMarks()}
        />
      </div>
      {failure !== null && <Problem message={failure.message} hint={failure.hint} />}
      {changes?.length === 0 && <p className="faint padded">No file is different.</p>}
      <ul tabIndex={0} aria-label="Files that differ">
        {changes?.map((change) => (
          <li key={change.path}>
            <button
              type="button"
              className="past-mark-file"
              aria-current={path === change.path}
              onClick={() => show(change.path)}
              data-testid={`past-mark-${change.path}`}
            >
              <Badge kind={kKinds[change.kind]}>{change.kind}</Badge>
              <span className="truncate mono">{change.path}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
