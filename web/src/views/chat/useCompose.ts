import { useEffect, useRef } from 'react';

/** `onAsked` takes a text that another part of the studio has prepared; nothing is sent by it. */
export function useCompose(onAsked: (text: string) => void): void {
  const latest = useRef(onAsked);
  latest.current = onAsked;
  useEffect(() => {
    const onCompose = (event: Event): void => {
      if (event instanceof CustomEvent) latest.current(String(event.detail));
    };
    window.addEventListener('studio:compose', onCompose);
    return () => window.removeEventListener('studio:compose', onCompose);
  }, []);
}
