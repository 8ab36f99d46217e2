import {
  areaOf,
  foldArea,
  isShown,
  kAreaNames,
  kAreas,
  movePanel,
  readLayout,
  revealPanel,
  type Area,
  type Layout,
  type PanelId,
} from '../model/layout';
import { createStore, type Store } from '../model/store';
import { pane } from './preferences';
import { keep, readStored } from './stored';

const kLastKey = 'coditect.layout';

/** The layout of a workspace as its person left it; a new workspace begins with the last one. */
export function layoutOf(workspace: string): Store<Layout> {
  const key = `${kLastKey}.${workspace}`;
  const store = createStore(readLayout(readStored<unknown>(key, readStored(kLastKey, null))));
  store.subscribe(() => {
    keep(key, store.get());
    keep(kLastKey, store.get());
  });
  return store;
}

/** Brings a panel into sight, on a wide screen and on a narrow one. */
export function showPanel(layout: Store<Layout>, panel: PanelId): void {
  layout.update((before) => (isShown(before, panel) ? before : revealPanel(before, panel)));
  pane.set(panel === 'files' || panel === 'chat' || panel === 'agents' ? panel : 'activity');
}

/** The panel that is being dragged, if any. */
export const draggedPanel = createStore<PanelId | null>(null);

interface PanelMove {
  label: string;
  run: () => void;
  disabled?: boolean;
}

/** Where a panel may go from where it is, in the words of a menu. */
export function panelMoves(layout: Store<Layout>, panel: PanelId): PanelMove[] {
  const now = layout.get();
  const area = areaOf(now, panel);
  const among = now.areas[area];
  const at = among.indexOf(panel);
  const [back, on] = area === 'bottom' ? ['left', 'right'] : ['up', 'down'];
  const go = (to: Area, index?: number): (() => void) => {
    return () => layout.update((before) => movePanel(before, panel, to, index));
  };
  return [
    ...kAreas
      .filter((other) => other !== area)
      .map((other) => ({ label: `Move to the ${kAreaNames[other]}`, run: go(other) })),
    { label: `Move ${back}`, run: go(area, at - 1), disabled: at === 0 },
    { label: `Move ${on}`, run: go(area, at + 2), disabled: at === among.length - 1 },
    { label: `Fold the ${kAreaNames[area]}`, run: () => layout.update((l) => foldArea(l, area)) },
  ];
}
