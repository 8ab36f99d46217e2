import {
  areaOf,
  foldArea,
  kAreaNames,
  kAreas,
  kHomeLayout,
  kPanels,
  kPanelTitles,
  movePanel,
  type Area,
  type Layout,
  type PanelId,
} from '../model/layout';
import type { Store } from '../model/store';
import type { Command } from './commands';
import { showPanel } from './layout';

const kFoldKeys: Record<Area, string> = {
  left: 'Mod+B',
  right: 'Mod+Alt+B',
  bottom: 'Mod+Shift+Y',
};

const kTitles: Record<PanelId, string> = {
  files: 'Show the files',
  agents: 'Show the agents',
  chat: 'Show the chat',
  queue: 'Show the task queue',
  approvals: 'Show what waits for an answer',
  log: 'Show the event log',
  cost: 'Show what it costs',
  sql: 'Ask the databases with SQL',
  terminal: 'Show the terminal',
};

/** Where things are: every panel to be shown or moved, every area to be folded. */
export function layoutCommands(layout: Store<Layout>): Command[] {
  const now = layout.get();
  return [
    ...kPanels.map((panel) => ({
      id: `go.${panel}`,
      title: kTitles[panel],
      section: 'Go',
      run: () => showPanel(layout, panel),
    })),
    ...kAreas
      .filter((area) => now.areas[area].length > 0)
      .map((area) => ({
        id: `layout.fold.${area}`,
        title: `${now.folded[area] ? 'Unfold' : 'Fold'} the ${kAreaNames[area]}`,
        section: 'Layout',
        keys: kFoldKeys[area],
        run: () => layout.update((before) => foldArea(before, area)),
      })),
    ...kPanels.flatMap((panel) =>
      kAreas
        .filter((area) => areaOf(now, panel) !== area)
        .map((area) => ({
          id: `layout.move.${panel}.${area}`,
          title: `Move ${kPanelTitles[panel]} to the ${kAreaNames[area]}`,
          section: 'Layout',
          run: () => layout.update((before) => movePanel(before, panel, area)),
        })),
    ),
    {
      id: 'layout.reset',
      title: 'Put every panel back where it was at first',
      section: 'Layout',
      run: () => layout.set(kHomeLayout),
    },
  ];
}
