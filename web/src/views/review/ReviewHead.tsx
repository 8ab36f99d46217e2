import { useEffect, useState } from 'react';
import { goToPlace } from '../../actions/app';
import { review as kept } from '../../actions/preferences';
import { ask } from '../../actions/prompts';
import type { Review } from '../../actions/review';
import { askRestore } from '../../actions/reviewActions';
import { toneOf } from '../../model/format';
import { summaryOf } from '../../model/markup';
import { totalsOf } from '../../model/review';
import { isOver } from '../../model/tasks';
import type { TaskChanges, TaskInfo } from '../../protocol/entities';
import type { CheckpointInfo } from '../../protocol/timeline';
import { Badge, Button, IconButton, Kbd } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { Counts } from './FileSection';

interface ReviewHeadProps {
  task: TaskInfo | undefined;
  id: string;
  review: Review;
  changes: TaskChanges | null;
  busy: boolean;
}

export function ReviewHead({ task, id, review, changes, busy }: ReviewHeadProps) {
  const split = useStore(kept, (state) => state.split);
  return (
    <header className="rv-head">
      <div className="rv-title" data-tone={toneOf(`agent:${task?.agent ?? ''}`)}>
        <h2 className="truncate" title={task?.prompt}>
          <span className="toned">{task?.agent ?? 'Task'}</span>{' '}
          {task === undefined ? id : summaryOf(task.prompt)}
        </h2>
        {task !== undefined && <Badge kind={isOver(task) ? 'plain' : 'accent'}>{task.state}</Badge>}
        <span className="grow" />
        <Moments task={id} agent={task?.agent ?? 'the agent'} />
        <IconButton
          icon="close"
          label="Back to the editor"
          onClick={() => goToPlace()}
          data-testid="review-close"
        />
      </div>
      {changes !== null && changes.files.length > 0 && (
        <div className="rv-tools">
          <Progress changes={changes} />
          <span className="grow" />
          <Button
            size="small"
            variant="ghost"
            aria-pressed={split}
            onClick={() => kept.update((before) => ({ ...before, split: !split }))}
            data-testid="review-split"
          >
            {split ? 'Unified' : 'Side by side'}
          </Button>
          <AllButtons task={task} review={review} changes={changes} busy={busy} />
        </div>
      )}
    </header>
  );
}

function Progress({ changes }: { changes: TaskChanges }) {
  const totals = totalsOf(changes.files);
  const files = changes.files.length;
  const done = `${totals.accepted} of ${totals.hunks} accepted`;
  return (
    <span className="faint num" data-testid="review-progress" aria-live="polite">
      {files} {files === 1 ? 'file' : 'files'}{' '}
      <Counts added={totals.added} removed={totals.removed} /> · {done}
    </span>
  );
}

function AllButtons(props: {
  task: TaskInfo | undefined;
  review: Review;
  changes: TaskChanges;
  busy: boolean;
}) {
  const { task, review, changes, busy } = props;
  const over = task === undefined || isOver(task);
  const open = changes.files.some(({ hunks }) => hunks.some(({ accepted }) => !accepted));
  const rejectAll = (): void =>
    ask({
      kind: 'confirm',
      title: 'Take all of it back?',
      text:
        `What is left of this task in ${changes.files.length} files goes, also what is accepted. ` +
        'What others changed stays. A checkpoint is made first.',
      submit: 'Take it back',
      run: () => review.rejectAll(),
    });
  return (
    <>
      <Button
        size="small"
        disabled={busy || !open}
        onClick={() => review.acceptAll()}
        needs="editor"
        data-testid="accept-all"
      >
        Accept all
      </Button>
      <Button
        size="small"
        variant="danger"
        disabled={busy || !over}
        title={over ? undefined : 'Once the task has ended'}
        onClick={rejectAll}
        needs="editor"
        data-testid="reject-all"
      >
        Reject all
      </Button>
    </>
  );
}

/** The moments before and after the task: to look at, and the one before to go back to. */
function Moments({ task, agent }: { task: string; agent: string }) {
  const session = useSession();
  const before = useCheckpoint(task);
  const after = useWorkspace(
    (state) =>
      state.log.findLast((event) => event.type === 'task_finished' && event.task === task)?.seq,
  );
  return (
    <span className="rv-moments wide-only">
      {before !== null && (
        <Button
          size="small"
          variant="ghost"
          title="How everything was before the task"
          onClick={() => goToPlace({ kind: 'moment', seq: before.seq })}
          data-testid="review-before"
        >
          Before
        </Button>
      )}
      {after !== undefined && (
        <Button
          size="small"
          variant="ghost"
          title="How everything was when the task had ended"
          onClick={() => goToPlace({ kind: 'moment', seq: after })}
          data-testid="review-after"
        >
          After
        </Button>
      )}
      {before !== null && (
        <IconButton
          icon="undo"
          label="Go back to the checkpoint before the task…"
          onClick={() => askRestore(session, before.id, agent)}
          needs="editor"
          data-testid="review-restore"
        />
      )}
    </span>
  );
}

/** The checkpoint that was made before the task; there may be none any more. */
function useCheckpoint(task: string): CheckpointInfo | null {
  const session = useSession();
  const [found, setFound] = useState<CheckpointInfo | null>(null);
  useEffect(() => {
    let wanted = true;
    session.call('checkpoints.list', {}).then(
      ({ checkpoints }) =>
        wanted && setFound(checkpoints.find((each) => each.task === task) ?? null),
      // The review goes without the buttons.
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [session, task]);
  return found;
}

const KEYS: [string, string][] = [
  ['j', 'next change'],
  ['k', 'the one before'],
  ['a', 'accept'],
  ['r', 'reject'],
  ['c', 'comment'],
  ['f', 'fold the file'],
];

export function KeyHelp() {
  return (
    <p className="rv-keys faint wide-only">
      {KEYS.map(([key, words]) => (
        <span key={key}>
          <Kbd>{key}</Kbd> {words}
        </span>
      ))}
    </p>
  );
}
