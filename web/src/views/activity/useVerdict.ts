import { useEffect, useState } from 'react';
import { asFailure } from '../../net/failure';
import type { ParamsOf } from '../../protocol/methods';
import { useSession } from '../workspace/SessionContext';

const PAUSE_MS = 150;

export interface Verdict {
  /** As the server decides; 'no call' where no tool would take it. */
  decision: string;
  why: string;
}

/** What would become of a call, asked for anew when it changes; nothing while that is unknown. */
export function useVerdict(call: ParamsOf<'approvals.check'> | undefined): Verdict | undefined {
  const session = useSession();
  const [verdict, setVerdict] = useState<Verdict>();
  const asked = call === undefined ? '' : JSON.stringify(call);
  useEffect(() => {
    setVerdict(undefined);
    if (asked === '') return undefined;
    let stale = false;
    const show = (found: Verdict): void => {
      if (!stale) setVerdict(found);
    };
    const timer = setTimeout(() => {
      session
        .call('approvals.check', JSON.parse(asked) as ParamsOf<'approvals.check'>)
        .then(show, (thrown: unknown) =>
          show({ decision: 'no call', why: asFailure(thrown).message }),
        );
    }, PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [session, asked]);
  return verdict;
}
