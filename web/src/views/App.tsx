import { lazy, Suspense } from 'react';
import { access, route } from '../actions/app';
import { me } from '../actions/people';
import { tourProgress } from '../actions/preferences';
import { keysOpen } from '../actions/vendorKeys';
import { RoleContext } from '../ui/RoleContext';
import { Spinner } from '../ui/controls';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { Toasts } from '../ui/Toasts';
import { useStore } from '../ui/useStore';
import { JoinView } from './access/JoinView';
import { LoginView } from './access/LoginView';
import { PromptHost } from './palette/PromptHost';
import { WorkspaceView } from './workspace/WorkspaceView';
import { WorkspacesView } from './workspaces/WorkspacesView';

const KeysDialog = lazy(() => import('./keys/KeysDialog'));
const TourCard = lazy(() => import('./tour/TourCard'));

export function App() {
  return (
    <>
      <ErrorBoundary what="The studio">
        <Page />
      </ErrorBoundary>
      <PromptHost />
      <Beside />
      <Toasts />
    </>
  );
}

/** What a person opens beside the page, whichever that is. */
function Beside() {
  const { phase } = useStore(access);
  const keys = useStore(keysOpen);
  const touring = useStore(tourProgress, (progress) => progress !== null && !progress.off);
  if (phase !== 'in') return null;
  return (
    <Suspense fallback={null}>
      {touring && <TourCard />}
      {keys && <KeysDialog />}
    </Suspense>
  );
}

function Page() {
  const state = useStore(access);
  const target = useStore(route);
  const role = useStore(me, (known) => known?.role ?? 'owner');
  switch (state.phase) {
    case 'checking':
      return (
        <main className="centred muted">
          <Spinner label="Signing in" />
        </main>
      );
    case 'out':
      return <LoginView />;
    case 'invited':
      return <JoinView key={state.secret} secret={state.secret} />;
    case 'in':
      return target.page === 'workspace' ? (
        <WorkspaceView key={target.id} id={target.id} />
      ) : (
        <RoleContext.Provider value={role}>
          <WorkspacesView />
        </RoleContext.Provider>
      );
  }
}
