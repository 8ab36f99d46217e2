import { access, route } from '../actions/app';
import { Spinner } from '../ui/controls';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { Toasts } from '../ui/Toasts';
import { useStore } from '../ui/useStore';
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
  const { phase } = useStore(access);
  const target = useStore(route);
  switch (phase) {
    case 'checking':
      return (
        <main className="centred muted">
          <Spinner label="Signing in" />
        </main>
      );
    case 'out':
      return <LoginView />;
    case 'in':
      return target.page === 'workspace' ? (
        <WorkspaceView key={target.id} id={target.id} />
      ) : (
        <WorkspacesView />
      );
  }
}
