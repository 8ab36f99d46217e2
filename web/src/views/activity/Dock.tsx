import { dock, type DockTab } from '../../actions/preferences';
import { isOver } from '../../model/tasks';
import { IconButton } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useWorkspace } from '../workspace/SessionContext';
import { ApprovalsPanel } from './ApprovalsPanel';
import { CostPanel } from './CostPanel';
import { LogPanel } from './LogPanel';
import { QueuePanel } from './QueuePanel';
import { TerminalPanel } from '../terminal/TerminalPanel';

const TABS: { tab: DockTab; label: string }[] = [
  { tab: 'queue', label: 'Tasks' },
  { tab: 'approvals', label: 'Approvals' },
  { tab: 'log', label: 'Log' },
  { tab: 'cost', label: 'Cost' },
  { tab: 'terminal', label: 'Terminal' },
];

export function Dock() {
  const { tab, open } = useStore(dock);
  const pending = useWorkspace((state) => state.tasks.filter((task) => !isOver(task)).length);
  const asked = useWorkspace((state) => state.approvals.length);
  return (
    <section className="dock" data-open={open} aria-label="Activity">
      <div className="panel-head">
        <div className="tabs" role="tablist" aria-label="Activity">
          {TABS.map((item) => (
            <button
              key={item.tab}
              type="button"
              role="tab"
              className="tab"
              aria-selected={tab === item.tab}
              onClick={() => dock.set({ tab: item.tab, open: true })}
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
            onClick={() => dock.set({ tab, open: !open })}
          />
        </span>
      </div>
      <div className="dock-body" role="tabpanel">
        {tab === 'queue' && <QueuePanel />}
        {tab === 'approvals' && <ApprovalsPanel />}
        {tab === 'log' && <LogPanel />}
        {tab === 'cost' && <CostPanel />}
        {tab === 'terminal' && <TerminalPanel />}
      </div>
    </section>
  );
}
