import { useEffect, useState } from 'react';
import { bytes } from '../../model/format';
import type { Sending } from '../../model/importing';
import { doing, type SourceKind } from '../../model/provisioning';

/** How far it is, where that is known; else how long it has taken: a clone tells no end. */
export function MakingProgress({ kind, sending }: { kind: SourceKind; sending: Sending | null }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const sent = sending !== null && sending.sent < sending.total ? sending : null;
  return (
    <div className="making" data-testid="provision-progress">
      {sent === null ? (
        <span className="making-bar" aria-hidden="true" />
      ) : (
        <progress className="sent-bar" aria-label="Sent" value={sent.sent} max={sent.total} />
      )}
      <span>
        <span role="status">{sent === null ? doing(kind) : 'Sending'}…</span>{' '}
        <span className="num">
          {sent !== null && `${bytes(sent.sent)} of ${bytes(sent.total)}`}
          {sent === null && seconds > 1 && `${seconds} s`}
        </span>
      </span>
    </div>
  );
}
