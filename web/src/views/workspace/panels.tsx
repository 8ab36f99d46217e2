import type { ReactNode } from 'react';
import type { PanelId } from '../../model/layout';
import { isOver } from '../../model/tasks';
import { ApprovalsPanel } from '../activity/ApprovalsPanel';
import { CostPanel } from '../activity/CostPanel';
import { LogPanel } from '../activity/LogPanel';
import { QueuePanel } from '../activity/QueuePanel';
import { AgentsPanel } from '../agents/AgentsPanel';
import { ChatPanel } from '../chat/ChatPanel';
import { FilesPanel } from '../files/FilesPanel';
import { SqlPanel } from '../sql/SqlPanel';
import { TerminalPanel } from '../terminal/TerminalPanel';
import { useWorkspace } from './SessionContext';

/** What every panel draws. Some bring a head of their own, with their tools in it. */
export const kPanelViews: Record<PanelId, { view: () => ReactNode; ownHead?: true }> = {
  files: { view: () => <FilesPanel />, ownHead: true },
  agents: { view: () => <AgentsPanel />, ownHead: true },
  chat: { view: () => <ChatPanel />, ownHead: true },
  queue: { view: () => <QueuePanel /> },
  approvals: { view: () => <ApprovalsPanel /> },
  log: { view: () => <LogPanel /> },
  cost: { view: () => <CostPanel /> },
  sql: { view: () => <SqlPanel /> },
  terminal: { view: () => <TerminalPanel /> },
};

/** How much waits in a panel, beside its name. */
export function PanelCount({ panel }: { panel: PanelId }) {
  const pending = useWorkspace((state) => state.tasks.filter((task) => !isOver(task)).length);
  const asked = useWorkspace((state) => state.approvals.length);
  if (panel === 'queue' && pending > 0) return <span className="tab-count num">{pending}</span>;
  if (panel !== 'approvals' || asked === 0) return null;
  return (
    <span className="tab-count num" data-kind="warn" data-testid="approvals-count">
      {asked}
    </span>
  );
}
