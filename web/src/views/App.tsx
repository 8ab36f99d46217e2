import { access, route } from '../actions/app';
import { me } from '../actions/people';
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

export function App() {
  return (
    <>
      <ErrorBoundary what="The studio">
        <Page />
      </ErrorBoundary>
      <PromptHost />
      <Toasts />
    </>
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
