import { useState } from 'react';
import { hrefOf } from '../../actions/app';
import { setAwake, trash } from '../../actions/workspaces';
import { ago, bytes } from '../../model/format';
import type { WorkspaceInfo } from '../../protocol/entities';
import { Badge, IconButton, type BadgeKind } from '../../ui/controls';

const STATES: Record<string, { label: string; kind: BadgeKind }> = {
  ready: { label: 'Ready', kind: 'good' },
  asleep: { label: 'Asleep', kind: 'plain' },
  provisioning: { label: 'Being made', kind: 'accent' },
};

export function WorkspaceRow({ workspace }: { workspace: WorkspaceInfo }) {
  const [busy, setBusy] = useState(false);
  const { id, name, state, created_at, last_active_at, disk_bytes } = workspace;
  const shown = STATES[state] ?? { label: state, kind: 'plain' as const };
  const asleep = state === 'asleep';
  const run = (work: Promise<void>): void => {
    setBusy(true);
    void work.finally(() => setBusy(false));
  };
  return (
    <li className="workspace-row" data-testid={`workspace-${id}`}>
      <a href={hrefOf({ page: 'workspace', id })} className="workspace-link">
        <span className="workspace-initial" aria-hidden="true">
          {[...name][0]?.toUpperCase()}
        </span>
        <span className="grow truncate">
          <span className="workspace-name truncate">{name}</span>
          <span className="faint truncate">
            {last_active_at === undefined
              ? `Made ${ago(created_at, Date.now())}`
              : `Active ${ago(last_active_at, Date.now())}`}
            {disk_bytes !== undefined && ` · ${bytes(disk_bytes)}`}
          </span>
        </span>
        <Badge kind={shown.kind}>{shown.label}</Badge>
      </a>
      <IconButton
        icon={asleep ? 'play' : 'moonSleep'}
        needs={asleep ? 'editor' : 'owner'}
        label={asleep ? `Wake ${name}` : `Put ${name} to sleep`}
        disabled={busy}
        onClick={() => run(setAwake(workspace, asleep ? 'wake' : 'sleep'))}
        data-testid={`${asleep ? 'wake' : 'sleep'}-${id}`}
      />
      <IconButton
        icon="trash"
        needs="owner"
        label={`Move ${name} to the trash`}
        disabled={busy}
        onClick={() => run(trash(workspace))}
        data-testid={`trash-${id}`}
      />
    </li>
  );
}
