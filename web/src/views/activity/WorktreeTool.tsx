import { useState } from 'react';
import type { TaskInfo } from '../../protocol/entities';
import { IconButton } from '../../ui/controls';
import { useWorkspace } from '../workspace/SessionContext';
import { WorktreeDialog } from './WorktreeDialog';

/** The button that shows what a task did in its own copy, while that is not in the project. */
export function WorktreeTool({ task }: { task: TaskInfo }) {
  const [open, setOpen] = useState(false);
  const worktree = useWorkspace((state) => state.worktrees.find((each) => each.task === task.id));
  if (worktree === undefined) return null;
  const count = worktree.changed.length;
  return (
    <>
      <IconButton
        icon="branch"
        size="small"
        label={`Show what it did in its own copy: ${count} ${count === 1 ? 'file' : 'files'}`}
        onClick={() => setOpen(true)}
        data-testid={`worktree-${task.id}`}
      />
      {open && <WorktreeDialog task={task} worktree={worktree} onClose={() => setOpen(false)} />}
    </>
  );
}
