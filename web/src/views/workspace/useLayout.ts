import { areaOf, kHomeLayout, type Area, type Layout, type PanelId } from '../../model/layout';
import { useMedia } from '../../ui/useMedia';
import { useStore } from '../../ui/useStore';
import { useSession } from './SessionContext';

/** Below this the screen shows one pane at a time, and panels are where they are at home. */
export const kNarrow = '(max-width: 899px)';

/** Where the panels are on this screen. */
export function useLayout(): Layout {
  const { layout } = useSession();
  const chosen = useStore(layout);
  const narrow = useMedia(kNarrow);
  return narrow ? { ...kHomeLayout, tab: chosen.tab } : chosen;
}

export function useArea(panel: PanelId): Area {
  return areaOf(useLayout(), panel);
}
