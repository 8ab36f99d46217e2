import { panelMoves } from '../../actions/layout';
import type { PanelId } from '../../model/layout';
import { kPanelTitles } from '../../model/layout';
import { Menu } from '../../ui/Menu';
import { useSession } from './SessionContext';
import { useLayout } from './useLayout';

/** Where a panel may go, for those who do not drag. */
export function PanelMenu({ panel }: { panel: PanelId }) {
  const { layout } = useSession();
  useLayout();
  return (
    <span className="wide-only">
      <Menu
        label={`Move the panel ${kPanelTitles[panel]}`}
        items={panelMoves(layout, panel)}
        testId={`move-${panel}`}
      />
    </span>
  );
}
