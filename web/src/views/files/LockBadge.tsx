import type { Fade } from '../../actions/session';
import { shortName, toneOf } from '../../model/format';
import type { LockInfo } from '../../protocol/entities';
import { Icon } from '../../ui/Icon';

export function sayLock({ holder, mode }: Pick<LockInfo, 'holder' | 'mode'>): string {
  return `${shortName(holder)} ${mode === 'write' ? 'edits' : 'reads'} this file`;
}

/** Who holds a file; a lock just released stays a moment, fading. */
export function LockBadge(props: {
  path: string;
  lock: LockInfo | undefined;
  fade: Fade | undefined;
}) {
  const { path, lock, fade } = props;
  const shown = lock ?? fade;
  if (shown === undefined) return null;
  const name = shortName(shown.holder);
  return (
    <span
      key={lock === undefined ? `fade${fade?.seq}` : 'held'}
      className="lock-badge"
      data-tone={toneOf(shown.holder)}
      data-state={lock === undefined ? 'released' : 'held'}
      data-mode={shown.mode}
      data-holder={shown.holder}
      data-testid={`lock-${path}`}
      title={lock === undefined ? `${name} just released it` : sayLock(lock)}
    >
      <Icon name={shown.mode === 'write' ? 'lock' : 'eye'} size={12} />
      <span className="truncate">{name}</span>
    </span>
  );
}
