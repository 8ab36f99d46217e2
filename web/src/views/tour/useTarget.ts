import { useLayoutEffect, useState } from 'react';
import { pane } from '../../actions/preferences';
import type { TourStep } from '../../model/tour';
import { useMedia } from '../../ui/useMedia';
import { useStore } from '../../ui/useStore';
import { kNarrow } from '../workspace/useLayout';

/**
 * Marks the part of the page that a step is about, or where the screen shows another pane, the way
 * to it. Returns the side of a small screen on which a card leaves that part to be seen.
 */
export function useTarget(step: TourStep | undefined): 'top' | 'bottom' {
  const narrow = useMedia(kNarrow);
  const shown = useStore(pane);
  const [side, setSide] = useState<'top' | 'bottom'>('bottom');
  useLayoutEffect(() => {
    if (step === undefined) return undefined;
    const part = document.querySelector<HTMLElement>(step.target);
    const way = document.querySelector<HTMLElement>(`[data-testid="pane-${step.pane}"]`);
    const marked = narrow && shown !== step.pane ? way : part;
    marked?.setAttribute('data-tour', '');
    const place = (): void => {
      if (marked === null) return;
      const { top, bottom } = marked.getBoundingClientRect();
      const low = marked === part && (top + bottom) / 2 > (window.innerHeight * 2) / 3;
      setSide(low ? 'top' : 'bottom');
    };
    marked?.scrollIntoView({ block: 'nearest', inline: 'center' });
    place();
    window.addEventListener('resize', place);
    return () => {
      window.removeEventListener('resize', place);
      marked?.removeAttribute('data-tour');
    };
  }, [step, narrow, shown]);
  return side;
}
