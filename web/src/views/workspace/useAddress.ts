import { useEffect } from 'react';
import { route, showInAddress } from '../../actions/app';
import { openFile } from '../../actions/fileActions';
import { keepTabs, keptTabs } from '../../actions/openTabs';
import { pane } from '../../actions/preferences';
import type { WorkspaceSession } from '../../actions/session';
import { useStore } from '../../ui/useStore';

/**
 * Opens what the address names, and the files that were open when the person left; then the
 * address says which file is shown, as long as it names neither a review nor the past.
 */
export function useAddress(session: WorkspaceSession): void {
  const attached = useStore(session.state, (state) => state !== null);

  useEffect(() => {
    if (!attached) return undefined;
    const named = route.get();
    const before = keptTabs(session.id);
    for (const path of before.tabs) void session.documents.open(path);
    if (before.active !== null) void session.documents.open(before.active);
    if (named.page === 'workspace' && named.place?.kind === 'file') {
      openFile(session, named.place.path, named.place.line);
    }
    const follow = (): void => {
      const { tabs, active } = session.documents.store.get();
      keepTabs(session.id, { tabs, active });
      const here = route.get();
      const shown = here.page === 'workspace' ? here.place : undefined;
      if (shown !== undefined && shown.kind !== 'file') return;
      if (shown?.path === active || (shown === undefined && active === null)) return;
      showInAddress(active === null ? undefined : { kind: 'file', path: active });
    };
    follow();
    return session.documents.store.subscribe(follow);
  }, [session, attached]);

  // The hash changes only when somebody goes somewhere, not when the address follows.
  useEffect(() => {
    const arrive = (): void => {
      const here = route.get();
      if (here.page !== 'workspace' || here.place === undefined) return;
      if (here.place.kind === 'task') pane.set('editor');
      if (here.place.kind === 'file' && session.state.get() !== null) {
        openFile(session, here.place.path, here.place.line);
      }
    };
    arrive();
    window.addEventListener('hashchange', arrive);
    return () => window.removeEventListener('hashchange', arrive);
  }, [session]);
}
