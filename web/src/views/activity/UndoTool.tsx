import { useState } from 'react';
import type { TaskInfo } from '../../protocol/entities';
import { IconButton } from '../../ui/controls';
import { UndoDialog } from './UndoDialog';

/** The button that shows what a task changed, and takes it back. */
export function UndoTool({ task }: { task: TaskInfo }) {
  const [undoing, setUndoing] = useState(false);
  return (
    <>
      <IconButton
        icon="undo"
        size="small"
        label="Undo what it changed"
        onClick={() => setUndoing(true)}
        data-testid={`undo-${task.id}`}
      />
      {undoing && <UndoDialog task={task} onClose={() => setUndoing(false)} />}
    </>
  );
}
