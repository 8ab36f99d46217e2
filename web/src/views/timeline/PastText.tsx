import { useEffect, useRef } from 'react';
import { DiffHost } from './DiffHost';

interface PastTextProps {
  path: string;
  from: string;
  to: string;
  gone: boolean;
}

/** A text that is only read, with what is different from another one. */
export default function PastText({ path, from, to, gone }: PastTextProps) {
  const box = useRef<HTMLDivElement>(null);
  const host = useRef<DiffHost | null>(null);
  useEffect(() => {
    if (box.current === null) return undefined;
    const made = new DiffHost(box.current);
    host.current = made;
    return () => {
      host.current = null;
      made.destroy();
    };
  }, []);
  useEffect(() => void host.current?.show(path, from, to), [path, from, to]);
  return (
    <div className="past-text">
      {gone && <p className="banner">The file was removed.</p>}
      {from === to && <p className="banner faint">Nothing in it is different.</p>}
      <div ref={box} className="past-text-box" data-testid="past-text" />
    </div>
  );
}
