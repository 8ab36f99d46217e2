import type { KeyboardEvent, PointerEvent } from 'react';

const kStepPx = 40;

interface SplitterProps {
  /** How the line lies: a vertical one is moved to the left and to the right. */
  orientation: 'vertical' | 'horizontal';
  label: string;
  /** Pixels of what it resizes, as read aloud; 0 where nobody has chosen a size. */
  value: number;
  /** Called when a move begins; what it returns takes the pixels moved since then. */
  begin: () => (moved: number) => void;
  onReset: () => void;
  testId: string;
}

/** A line between two parts: dragged, or moved with the arrow keys; a double click resets. */
export function Splitter({ orientation, label, value, begin, onReset, testId }: SplitterProps) {
  const vertical = orientation === 'vertical';
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.preventDefault();
    const line = event.currentTarget;
    line.focus();
    line.setPointerCapture(event.pointerId);
    const start = vertical ? event.clientX : event.clientY;
    const resize = begin();
    const move = (moved: globalThis.PointerEvent): void =>
      resize((vertical ? moved.clientX : moved.clientY) - start);
    const end = (): void => {
      line.removeEventListener('pointermove', move);
      line.removeEventListener('lostpointercapture', end);
    };
    line.addEventListener('pointermove', move);
    line.addEventListener('lostpointercapture', end);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = vertical
      ? { ArrowLeft: -kStepPx, ArrowRight: kStepPx }
      : { ArrowUp: -kStepPx, ArrowDown: kStepPx };
    const step = steps[event.key];
    if (step === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (step === undefined) onReset();
    else begin()(step);
  };
  return (
    <div
      className="splitter"
      role="separator"
      aria-orientation={orientation}
      aria-label={label}
      aria-valuenow={value}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDoubleClick={onReset}
      data-testid={testId}
    />
  );
}
