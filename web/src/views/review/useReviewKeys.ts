import { useEffect, useRef, type RefObject } from 'react';

/** What a key does, in the order in which the help names them. */
export interface ReviewKeys {
  j: () => void;
  k: () => void;
  a: () => void;
  r: () => void;
  c: () => void;
  f: () => void;
}

/** Single letters work where nobody types: in the review itself, or where nothing has the focus. */
export function useReviewKeys(box: RefObject<HTMLElement | null>, keys: ReviewKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const target = event.target instanceof HTMLElement ? event.target : null;
      const here = target === document.body || (target !== null && box.current?.contains(target));
      if (here !== true || target?.closest('input, textarea, select, dialog') != null) return;
      if (!Object.hasOwn(latest.current, event.key)) return;
      event.preventDefault();
      latest.current[event.key as keyof ReviewKeys]();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [box]);
}
