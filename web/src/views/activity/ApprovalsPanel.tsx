import { useState } from 'react';
import { attempt } from '../../actions/toasts';
import { lineOf } from '../../model/rules';
import type { ApprovalMode, ApprovalPolicy } from '../../protocol/entities';
import { Button } from '../../ui/controls';
import { useWhyNot } from '../../ui/RoleContext';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { ApprovalCard } from './ApprovalCard';
import { RulesDialog } from './RulesDialog';
import { LockCard } from './LockCard';

const MODES: Record<ApprovalMode, string> = {
  'read-only': 'read only',
  ask: 'ask for all',
  'auto-edit': 'edit, ask for commands',
  full: 'full',
};

/** What agents wait for a person to allow, and what they may do without. */
export function ApprovalsPanel() {
  const approvals = useWorkspace((state) => state.approvals);
  return (
    <div className="approvals">
      <Modes />
      <div className="approval-list" tabIndex={0} role="group" aria-label="Approvals">
        {approvals.length === 0 ? (
          <p className="muted">
            Nobody waits for you. What an agent has to ask for appears here, by its mode and the
            workspace’s rules, and so does a wait for a lock that lasts too long.
          </p>
        ) : (
          approvals.map((approval) =>
            approval.kind === 'lock' ? (
              <LockCard key={approval.id} approval={approval} />
            ) : (
              <ApprovalCard key={approval.id} approval={approval} />
            ),
          )
        )}
      </div>
    </div>
  );
}

function Modes() {
  const session = useSession();
  const policy = useWorkspace((state) => state.policy);
  const agents = useWorkspace((state) => state.agents);
  const why = useWhyNot('owner');
  const set = (mode: ApprovalMode | 'workspace', agent?: string): void =>
    attempt(() =>
      session.call('approvals.set_policy', { mode, ...(agent === undefined ? {} : { agent }) }),
    );
  return (
    <div className="filters">
      <label className="approval-mode">
        Workspace
        <select
          className="select"
          disabled={why !== undefined}
          title={why}
          value={policy.mode}
          onChange={(event) => set(event.target.value as ApprovalMode)}
          data-testid="mode-workspace"
        >
          <ModeOptions />
        </select>
      </label>
      {agents.map(({ name }) => (
        <label key={name} className="approval-mode">
          {name}
          <select
            className="select"
            disabled={why !== undefined}
            title={why}
            value={policy.agents[name] ?? 'workspace'}
            onChange={(event) => set(event.target.value as ApprovalMode, name)}
            data-testid={`mode-${name}`}
          >
            <option value="workspace">as the workspace</option>
            <ModeOptions />
          </select>
        </label>
      ))}
      <Rules policy={policy} />
    </div>
  );
}

function ModeOptions() {
  return Object.entries(MODES).map(([mode, words]) => (
    <option key={mode} value={mode}>
      {words}
    </option>
  ));
}

function Rules({ policy }: { policy: ApprovalPolicy }) {
  const [open, setOpen] = useState(false);
  const count = policy.rules.length;
  return (
    <>
      <Button
        size="small"
        title={policy.rules.map(lineOf).join('\n')}
        onClick={() => setOpen(true)}
        data-testid="rules-open"
      >
        {count === 1 ? '1 rule' : `${count === 0 ? 'No' : count} rules`}…
      </Button>
      {open && <RulesDialog onClose={() => setOpen(false)} />}
    </>
  );
}
