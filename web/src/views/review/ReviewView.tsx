import { useEffect, useRef } from 'react';
import { goToPlace } from '../../actions/app';
import { pane, review as kept } from '../../actions/preferences';
import { isOver } from '../../model/tasks';
import type { RefusedPlace, TaskChanges, TaskInfo } from '../../protocol/entities';
import { Button, Empty, Problem, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useWorkspace } from '../workspace/SessionContext';
import { WorktreeTool } from '../activity/WorktreeTool';
import { CommentBar } from './CommentBar';
import { FileSection, Refusal } from './FileSection';
import { KeyHelp, ReviewHead } from './ReviewHead';
import { ReviewFiles } from './ReviewFiles';
import { useReview } from './useReview';
import { useReviewKeys } from './useReviewKeys';
import './review.css';

const kNoPlaces: RefusedPlace[] = [];
const kNoSpot = null;

/** What a task has changed, to be accepted or rejected; takes the place of the editor. */
export default function ReviewView({ task: id }: { task: string }) {
  const task = useWorkspace((state) => state.tasks.find((each) => each.id === id));
  const view = useReview(id);
  const { review, state, drafts } = view;
  const { changes, failure, busy } = state;
  const box = useRef<HTMLElement>(null);
  useKeys(view, box);
  useEffect(() => {
    pane.set('editor');
    box.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section className="rv" aria-label="Review" ref={box} tabIndex={-1} data-testid="review">
      <ReviewHead task={task} id={id} review={review} changes={changes} busy={busy} />
      {failure !== null && (
        <div className="padded stack">
          <Problem message={failure.message} hint={failure.hint} />
          <Button icon="retry" onClick={() => void review.refresh()}>
            Look again
          </Button>
        </div>
      )}
      {changes === null && failure === null && (
        <div className="centred-row muted">
          <Spinner label="Comparing" /> Comparing…
        </div>
      )}
      {changes !== null && (
        <>
          {isEmpty(changes) ? (
            <NothingChanged task={task} />
          ) : (
            <Files view={view} changes={changes} />
          )}
          {drafts.length > 0 && task !== undefined && (
            <CommentBar task={task} changes={changes} count={drafts.length} />
          )}
          {changes.files.length > 0 && <KeyHelp />}
        </>
      )}
    </section>
  );
}

type View = ReturnType<typeof useReview>;

function isEmpty({ files, refused }: TaskChanges): boolean {
  return files.length === 0 && refused.length === 0;
}

function useKeys(view: View, box: React.RefObject<HTMLElement | null>): void {
  const { files, current, step, fold, actionsOf, drafts } = view;
  const file = files.find(({ path }) => path === current?.path);
  const hunk = file?.hunks.find((each) => each.id === current?.hunk);
  const act = (work: (path: NonNullable<typeof file>, hunk: string) => void): void => {
    if (file !== undefined && hunk !== undefined) work(file, hunk.id);
  };
  useReviewKeys(box, {
    j: () => step(1),
    k: () => step(-1),
    a: () =>
      act((chosen, id) => {
        if (hunk?.accepted === false) actionsOf(chosen).accept([id]);
        step(1);
      }),
    r: () => act((chosen, id) => actionsOf(chosen).reject([id])),
    c: () =>
      act((chosen, id) => {
        const known = drafts.find((draft) => draft.hunk === id && draft.path === chosen.path);
        actionsOf(chosen).comment({ hunk: id, index: known?.index ?? 0, text: known?.text ?? '' });
      }),
    f: () => {
      if (file !== undefined) fold(file.path);
    },
  });
}

function Files({ view, changes }: { view: View; changes: TaskChanges }) {
  const { files, drafts, current, spot } = view;
  const split = useStore(kept, (each) => each.split);
  const scroll = useRef<HTMLDivElement>(null);
  const show = (path: string): void => {
    const sections = scroll.current?.querySelectorAll<HTMLElement>('[data-path]') ?? [];
    [...sections].find((each) => each.dataset['path'] === path)?.scrollIntoView();
    const hunk = files.find((file) => file.path === path)?.hunks[0];
    if (hunk !== undefined) view.select({ path, hunk: hunk.id });
  };
  const others = changes.refused.filter(({ path }) => !files.some((file) => file.path === path));
  return (
    <div className="rv-columns">
      <ReviewFiles files={files} drafts={drafts} current={current?.path} onChoose={show} />
      <div className="rv-scroll" ref={scroll} tabIndex={0} role="group" aria-label="Changes">
        {files.map((file) => (
          <FileSection
            key={file.path}
            review={view.review}
            file={file}
            refused={refusedOf(changes, file.path)}
            split={split}
            folded={view.folded.has(file.path)}
            current={current?.path === file.path ? current.hunk : null}
            drafts={draftsOf(drafts, file.path)}
            spot={spot?.path === file.path ? spot : kNoSpot}
            whole={view.whole}
            onFold={view.fold}
            actionsOf={view.actionsOf}
          />
        ))}
        {others.map((place) => (
          <Refusal key={`${place.path}:${place.from_line ?? 0}`} place={place} />
        ))}
      </div>
    </div>
  );
}

/** The same empty list each time: sections are drawn anew only when something of theirs changes. */
function refusedOf(changes: TaskChanges, path: string): RefusedPlace[] {
  const found = changes.refused.filter((place) => place.path === path);
  return found.length === 0 ? kNoPlaces : found;
}

const kNoDrafts: View['drafts'] = [];

function draftsOf(drafts: View['drafts'], path: string): View['drafts'] {
  const found = drafts.filter((draft) => draft.path === path);
  return found.length === 0 ? kNoDrafts : found;
}

function NothingChanged({ task }: { task: TaskInfo | undefined }) {
  const apart = task?.worktree !== undefined;
  const title =
    task !== undefined && !isOver(task)
      ? 'It has changed nothing so far'
      : 'Nothing that it changed is left in the project';
  return (
    <Empty
      icon="check"
      title={title}
      action={
        <span className="row">
          {task !== undefined && apart && <WorktreeTool task={task} />}
          <Button onClick={() => goToPlace()}>Back to the editor</Button>
        </span>
      }
    >
      {apart
        ? 'The task works in a copy of its own: what it does there comes here once it is merged.'
        : 'A change shows here as soon as the task writes, and goes when it is rejected or others replace it.'}
    </Empty>
  );
}
