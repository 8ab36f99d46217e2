import type { CommentDraft } from '../model/reviewComments';
import { createStore } from '../model/store';
import type { TourProgress } from '../model/tour';
import { stored } from './stored';

export type Theme = 'system' | 'light' | 'dark' | 'contrast';
export type Pane = 'files' | 'editor' | 'chat' | 'agents' | 'activity';

export const theme = stored<Theme>('coditect.theme', 'system');
/** Queries that a person wants to ask again, the newest first. */
export const savedQueries = stored<{ database: string; sql: string }[]>('coditect.queries', []);
/** How changes are reviewed, and what is not sent yet, by workspace and task. */
export const review = stored<{ split: boolean; drafts: Record<string, CommentDraft[]> }>(
  'coditect.review',
  { split: false, drafts: {} },
);
/** How far a person is with the tour, and in which workspace; null before the first look. */
export const tourProgress = stored<TourProgress | null>('coditect.tour', null);
/** The one pane that a narrow screen shows. */
export const pane = createStore<Pane>('chat');

const kDark = '(prefers-color-scheme: dark)';
const kContrast = '(prefers-contrast: more)';

/** The theme that is drawn: "system" follows what the person has set for all programs. */
export function shownTheme(): Exclude<Theme, 'system'> {
  const chosen = theme.get();
  if (chosen !== 'system') return chosen;
  if (window.matchMedia(kContrast).matches) return 'contrast';
  return window.matchMedia(kDark).matches ? 'dark' : 'light';
}

/** Puts the theme on the document, and again whenever it changes. */
export function followTheme(root: HTMLElement): void {
  const show = (): void => {
    root.dataset['theme'] = shownTheme();
  };
  theme.subscribe(show);
  for (const query of [kDark, kContrast]) window.matchMedia(query).addEventListener('change', show);
  show();
}

export function toggleTheme(): void {
  theme.set(shownTheme() === 'light' ? 'dark' : 'light');
}
