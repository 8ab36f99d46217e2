import { keep, readStored } from './stored';

export interface OpenTabs {
  tabs: string[];
  active: string | null;
}

/** Enough for a day's work; a hundred files read at once would delay the first one. */
const kTabsMax = 12;

function keyOf(workspace: string): string {
  return `coditect.tabs.${workspace}`;
}

/** The files that were open when the person left the workspace. */
export function keptTabs(workspace: string): OpenTabs {
  const kept = readStored<Partial<OpenTabs> | null>(keyOf(workspace), null);
  const named: unknown[] = Array.isArray(kept?.tabs) ? kept.tabs : [];
  const tabs = named.filter((path) => typeof path === 'string').slice(-kTabsMax);
  const active = tabs.find((path) => path === kept?.active) ?? tabs.at(-1) ?? null;
  return { tabs, active };
}

export function keepTabs(workspace: string, tabs: OpenTabs): void {
  keep(keyOf(workspace), tabs);
}
