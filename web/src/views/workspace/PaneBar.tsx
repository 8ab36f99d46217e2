import { pane, type Pane } from '../../actions/preferences';
import { Icon, type IconName } from '../../ui/Icon';
import { useStore } from '../../ui/useStore';
import { useWorkspace } from './SessionContext';

const PANES: { pane: Pane; label: string; icon: IconName }[] = [
  { pane: 'files', label: 'Files', icon: 'folder' },
  { pane: 'editor', label: 'Editor', icon: 'file' },
  { pane: 'chat', label: 'Chat', icon: 'chat' },
  { pane: 'agents', label: 'Agents', icon: 'agent' },
  { pane: 'activity', label: 'Activity', icon: 'pulse' },
];

/** On a narrow screen one pane is shown at a time. */
export function PaneBar() {
  const shown = useStore(pane);
  const busy = useWorkspace((state) => state.agents.some((agent) => agent.state === 'executing'));
  return (
    <nav className="pane-bar" aria-label="Panes">
      {PANES.map((item) => (
        <button
          key={item.pane}
          type="button"
          aria-current={shown === item.pane ? 'page' : undefined}
          onClick={() => pane.set(item.pane)}
          data-testid={`pane-${item.pane}`}
        >
          <Icon name={item.icon} size={18} />
          <span>{item.label}</span>
          {item.pane === 'agents' && busy && <span className="pane-mark" aria-label="working" />}
        </button>
      ))}
    </nav>
  );
}
