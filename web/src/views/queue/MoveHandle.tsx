import type { KeyboardEvent } from 'react';
import type { Step } from '../../model/lanes';
import type { TaskInfo } from '../../protocol/entities';
import { summaryOf } from '../../model/markup';
import type { TaskMove } from './useTaskMove';

const STEPS: Record<string, Step> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
};

/** Takes a task by the keyboard or a finger; a mouse may take the whole card. */
export function MoveHandle({ task, move }: { task: TaskInfo; move: TaskMove }) {
  const taken = move.grab?.task.id === task.id && move.grab.by === 'keys';
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (event.key === ' ' || event.key === 'Enter') move.toggle(task);
    else if (taken && event.key === 'Escape') move.cancel();
    else if (taken && step !== undefined) move.step(step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <button
      type="button"
      className="move-handle"
      data-handle
      aria-pressed={taken}
      aria-label={`Move ${summaryOf(task.prompt).slice(0, 60)}`}
      title="Drag; or press Space, then the arrows, then Space"
      onKeyDown={onKeyDown}
      onBlur={() => {
        if (taken) move.cancel();
      }}
      data-testid={`move-${task.id}`}
    >
      <svg width="8" height="14" viewBox="0 0 8 14" aria-hidden="true">
        {[2, 7, 12].flatMap((y) =>
          [2, 6].map((x) => <circle key={`${x}${y}`} cx={x} cy={y} r="1.1" fill="currentColor" />),
        )}
      </svg>
    </button>
  );
}
