import { dock, type DockTab } from '../../actions/preferences';
import { isOver } from '../../model/tasks';
import { IconButton } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useWorkspace } from '../workspace/SessionContext';
import { ApprovalsPanel } from './ApprovalsPanel';
import { CostPanel } from './CostPanel';
import { DockEdge } from './DockEdge';
import { LogPanel } from './LogPanel';
import { QueuePanel } from './QueuePanel';
import { SqlPanel } from '../sql/SqlPanel';
import { TerminalPanel } from '../terminal/TerminalPanel';

const TABS: { tab: DockTab; label: string }[] = [
  { tab: 'queue', label: 'Tasks' },
  { tab: 'approvals', label: 'Approvals' },
  { tab: 'log', label: 'Log' },
  { tab: 'cost', label: 'Cost' },
  { tab: 'sql', label: 'SQL' },
  { tab: 'terminal', label: 'Terminal' },
];

function showTab(tab: DockTab): void {
  dock.update((before) => ({ ...before, tab, open: true }));
}

export function Dock() {
  const { tab, open, height } = useStore(dock);
  const pending = useWorkspace((state) => state.tasks.filter((task) => !isOver(task)).length);
  const asked = useWorkspace((state) => state.approvals.length);
  return (
    <section
      className="dock"
      data-open={open}
      aria-label="Activity"
      style={open && height !== undefined ? { height } : undefined}
    >
      {open && <DockEdge />}
      <div className="panel-head">
        <div className="tabs" role="tablist" aria-label="Activity">
          {TABS.map((item) => (
            <button
              key={item.tab}
              type="button"
              role="tab"
              className="tab"
              aria-selected={tab === item.tab}
              onClick={() => showTab(item.tab)}
              data-testid={`dock-${item.tab}`}
            >
              {item.label}
              {item.tab === 'queue' && pending > 0 && (
                <span className="tab-count num">{pending}</span>
              )}
              {item.tab === 'approvals' && asked > 0 && (
                <span className="tab-count num" data-kind="warn" data-testid="approvals-count">
                  {asked}
                </span>
              )}
            </button>
          ))}
        </div>
        <span className="grow" />
        <span className="dock-toggle" data-open={open}>
          <IconButton
            icon="down"
            size="small"
            label={open ? 'Fold the activity' : 'Unfold the activity'}
            aria-expanded={open}
            onClick={() => dock.set({ ...dock.get(), open: !open })}
          />
        </span>
      </div>
      <div className="dock-body" role="tabpanel">
        {tab === 'queue' && <QueuePanel />}
        {tab === 'approvals' && <ApprovalsPanel />}
        {tab === 'log' && <LogPanel />}
        {tab === 'cost' && <CostPanel />}
        {tab === 'sql' && <SqlPanel />}
        {tab === 'terminal' && <TerminalPanel />}
      </div>
    </section>
  );
}
