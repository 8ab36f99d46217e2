import { createStore, type Store } from '../model/store';
import type { TourProgress } from '../model/tour';

export type Theme = 'system' | 'light' | 'dark';
export type DockTab = 'queue' | 'approvals' | 'log' | 'cost' | 'sql' | 'terminal';
export type Pane = 'files' | 'editor' | 'chat' | 'agents' | 'activity';

/** A store whose value outlives the page; a browser that refuses storage just forgets. */
function stored<Value>(key: string, initial: Value): Store<Value> {
  const store = createStore<Value>(read(key, initial));
  store.subscribe(() => {
    try {
      localStorage.setItem(key, JSON.stringify(store.get()));
    } catch {
      // Storage is full or forbidden: the preference lasts for this page only.
    }
  });
  return store;
}

function read<Value>(key: string, initial: Value): Value {
  try {
    const text = localStorage.getItem(key);
    return text === null ? initial : (JSON.parse(text) as Value);
  } catch {
    return initial;
  }
}

export const theme = stored<Theme>('coditect.theme', 'system');
/** `height` in pixels; absent until a person has chosen one. */
export const dock = stored<{ tab: DockTab; open: boolean; height?: number }>('coditect.dock', {
  tab: 'queue',
  open: true,
});
/** Queries that a person wants to ask again, the newest first. */
export const savedQueries = stored<{ database: string; sql: string }[]>('coditect.queries', []);
/** How far a person is with the tour, and in which workspace; null before the first look. */
export const tourProgress = stored<TourProgress | null>('coditect.tour', null);
/** The one pane that a narrow screen shows. */
export const pane = createStore<Pane>('chat');

/** Puts the theme on the document; "system" leaves it to prefers-color-scheme. */
export function followTheme(root: HTMLElement): void {
  const show = (): void => {
    const chosen = theme.get();
    if (chosen === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = chosen;
  };
  theme.subscribe(show);
  show();
}

export function isDark(): boolean {
  const chosen = theme.get();
  if (chosen !== 'system') return chosen === 'dark';
  return window.matchMedia('(prefers-color-scheme: dark)').matches;
}

export function toggleTheme(): void {
  theme.set(isDark() ? 'light' : 'dark');
}
