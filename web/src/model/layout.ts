/** A part of the studio that can be moved; the editor is none, it is always in the middle. */
export const kPanels = [
  'files',
  'agents',
  'chat',
  'queue',
  'approvals',
  'log',
  'cost',
  'sql',
  'terminal',
] as const;
export type PanelId = (typeof kPanels)[number];

export const kPanelTitles: Record<PanelId, string> = {
  files: 'Files',
  agents: 'Agents',
  chat: 'Chat',
  queue: 'Tasks',
  approvals: 'Approvals',
  log: 'Log',
  cost: 'Cost',
  sql: 'SQL',
  terminal: 'Terminal',
};

/** At the sides panels stand one above the other; at the bottom they are tabs. */
export const kAreas = ['left', 'right', 'bottom'] as const;
export type Area = (typeof kAreas)[number];

export const kAreaNames: Record<Area, string> = {
  left: 'left side',
  right: 'right side',
  bottom: 'bottom',
};

export interface Layout {
  /** Every panel is in exactly one area; top to bottom, or left to right. */
  areas: Record<Area, PanelId[]>;
  folded: Record<Area, boolean>;
  /** Width or height in CSS pixels; absent until a person has chosen one. */
  sizes: Partial<Record<Area, number>>;
  /** What a panel gets of a side's height, beside the others' shares; absent is 1. */
  shares: Partial<Record<PanelId, number>>;
  /** The tab shown at the bottom; one that is not there stands for the first. */
  tab: PanelId;
}

export const kHomeLayout: Layout = {
  areas: {
    left: ['files'],
    right: ['agents', 'chat'],
    bottom: ['queue', 'approvals', 'log', 'cost', 'sql', 'terminal'],
  },
  folded: { left: false, right: false, bottom: false },
  sizes: {},
  shares: {},
  tab: 'queue',
};

export const kSideLeastPx = 160;
export const kBottomLeastPx = 120;
/** What always stays for the editor, in both directions. */
export const kEditorLeastPx = 240;
const kShareLeast = 0.1;

export function areaOf(layout: Layout, panel: PanelId): Area {
  return kAreas.find((area) => layout.areas[area].includes(panel)) ?? homeOf(panel);
}

function homeOf(panel: PanelId): Area {
  return kAreas.find((area) => kHomeLayout.areas[area].includes(panel)) ?? 'bottom';
}

export function shownTab(layout: Layout): PanelId | undefined {
  const { bottom } = layout.areas;
  return bottom.includes(layout.tab) ? layout.tab : bottom[0];
}

/** Moves a panel before the one at `index` of the area as it was; beyond its end is at its end. */
export function movePanel(
  layout: Layout,
  panel: PanelId,
  area: Area,
  index = Number.MAX_SAFE_INTEGER,
): Layout {
  const target = layout.areas[area];
  const at = target.indexOf(panel);
  const place = at >= 0 && at < index ? index - 1 : index;
  const areas = { ...layout.areas };
  for (const each of kAreas) areas[each] = areas[each].filter((other) => other !== panel);
  areas[area] = areas[area].toSpliced(place, 0, panel);
  return revealPanel({ ...layout, areas }, panel);
}

/** Opens the area that the panel is in, and its tab. */
export function revealPanel(layout: Layout, panel: PanelId): Layout {
  const area = areaOf(layout, panel);
  return {
    ...layout,
    folded: { ...layout.folded, [area]: false },
    tab: area === 'bottom' ? panel : layout.tab,
  };
}

/** Whether a person sees the panel now. */
export function isShown(layout: Layout, panel: PanelId): boolean {
  const area = areaOf(layout, panel);
  return !layout.folded[area] && (area !== 'bottom' || shownTab(layout) === panel);
}

export function foldArea(layout: Layout, area: Area, folded = !layout.folded[area]): Layout {
  return { ...layout, folded: { ...layout.folded, [area]: folded } };
}

/** `room` is the window's extent in that direction; no size is the one that the style has. */
export function resizeArea(
  layout: Layout,
  area: Area,
  size: number | undefined,
  room: number,
): Layout {
  const { [area]: _before, ...sizes } = layout.sizes;
  if (size === undefined) return { ...layout, sizes };
  const least = area === 'bottom' ? kBottomLeastPx : kSideLeastPx;
  const other = area === 'left' ? 'right' : 'left';
  const taken = area === 'bottom' || layout.folded[other] ? 0 : (layout.sizes[other] ?? 0);
  const most = Math.max(least, room - kEditorLeastPx - taken);
  const clamped = Math.round(Math.min(Math.max(size, least), most));
  return { ...layout, sizes: { ...sizes, [area]: clamped } };
}

/** Gives `part` (0 to 1) of what two neighbours have to the upper one; no part shares evenly. */
export function dividePanels(
  layout: Layout,
  upper: PanelId,
  lower: PanelId,
  part: number | undefined,
): Layout {
  const both = shareOf(layout, upper) + shareOf(layout, lower);
  const cut = part === undefined ? 0.5 : Math.min(Math.max(part, kShareLeast), 1 - kShareLeast);
  const shares = { ...layout.shares, [upper]: both * cut, [lower]: both * (1 - cut) };
  return { ...layout, shares };
}

export function shareOf(layout: Layout, panel: PanelId): number {
  return layout.shares[panel] ?? 1;
}

/**
 * The layout that a browser has kept, whatever became of it: panels that it does not name go home,
 * what this build does not know is left out.
 */
export function readLayout(kept: unknown): Layout {
  const from = record(kept);
  const areas: Record<Area, PanelId[]> = { left: [], right: [], bottom: [] };
  const placed = new Set<PanelId>();
  for (const area of kAreas) {
    const named = record(from['areas'])[area];
    for (const panel of Array.isArray(named) ? named : []) {
      if (!isPanel(panel) || placed.has(panel)) continue;
      placed.add(panel);
      areas[area].push(panel);
    }
  }
  for (const panel of kPanels) if (!placed.has(panel)) areas[homeOf(panel)].push(panel);
  const tab = from['tab'];
  return {
    areas,
    folded: {
      left: record(from['folded'])['left'] === true,
      right: record(from['folded'])['right'] === true,
      bottom: record(from['folded'])['bottom'] === true,
    },
    sizes: numbers(from['sizes'], kAreas),
    shares: numbers(from['shares'], kPanels),
    tab: isPanel(tab) ? tab : kHomeLayout.tab,
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isPanel(value: unknown): value is PanelId {
  return kPanels.some((panel) => panel === value);
}

function numbers<Key extends string>(
  kept: unknown,
  keys: readonly Key[],
): Partial<Record<Key, number>> {
  const out: Partial<Record<Key, number>> = {};
  for (const key of keys) {
    const value = record(kept)[key];
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) out[key] = value;
  }
  return out;
}
