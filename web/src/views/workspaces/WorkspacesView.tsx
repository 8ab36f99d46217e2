import { useEffect } from 'react';
import { askLogOut } from '../../actions/logOut';
import { loadMe } from '../../actions/people';
import { keysOpen } from '../../actions/vendorKeys';
import { loadWorkspaces, making, workspaceList } from '../../actions/workspaces';
import { Button, Empty, Problem, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { Brand } from '../Brand';
import { ThemeToggle } from '../ThemeToggle';
import { ProvisionDialog } from './ProvisionDialog';
import { WorkspaceRow } from './WorkspaceRow';

export function WorkspacesView() {
  const list = useStore(workspaceList);
  const creating = useStore(making);
  useEffect(() => {
    document.title = 'Workspaces · CODITECT Studio';
    void loadWorkspaces('first');
    void loadMe();
    return () => making.set(false);
  }, []);
  const create = <NewButton onClick={() => making.set(true)} />;
  const { phase, workspaces, nextCursor, problem } = list;
  const empty = phase === 'ready' && workspaces.length === 0;
  return (
    <div className="page">
      <PageHeader />
      <main className="page-main" data-testid="workspaces">
        <div className="page-title">
          <div>
            <h1>Workspaces</h1>
            <p className="muted">One code tree each, shared by people and agents.</p>
          </div>
          {!empty && create}
        </div>
        {problem !== undefined && phase === 'failed' && (
          <div className="stack">
            <Problem message={problem.message} hint={problem.hint} />
            <Button icon="retry" onClick={() => void loadWorkspaces('first')}>
              Try again
            </Button>
          </div>
        )}
        {phase === 'loading' && workspaces.length === 0 && (
          <div className="centred-row muted">
            <Spinner label="Loading workspaces" />
          </div>
        )}
        {empty && (
          <div className="card tall">
            <Empty icon="folder" title="No workspace yet" action={create}>
              Start with an empty tree, a git repository or a folder of the server, or import an
              archive of a project. Agents lock what they edit, so nobody overwrites anybody.
            </Empty>
          </div>
        )}
        {workspaces.length > 0 && (
          <ul className="card rows" aria-label="Workspaces">
            {workspaces.map((workspace) => (
              <WorkspaceRow key={workspace.id} workspace={workspace} />
            ))}
          </ul>
        )}
        {nextCursor !== null && (
          <div className="centred-row">
            <Button onClick={() => void loadWorkspaces('next')}>Show more</Button>
          </div>
        )}
      </main>
      {creating && <ProvisionDialog onClose={() => making.set(false)} />}
    </div>
  );
}

function NewButton({ onClick }: { onClick: () => void }) {
  return (
    <Button
      variant="primary"
      icon="plus"
      needs="owner"
      onClick={onClick}
      data-testid="new-workspace"
    >
      New workspace
    </Button>
  );
}

function PageHeader() {
  return (
    <header className="page-header">
      <Brand />
      <span className="grow" />
      <Button
        needs="owner"
        size="small"
        variant="ghost"
        onClick={() => keysOpen.set(true)}
        data-testid="open-keys"
      >
        Provider keys
      </Button>
      <Button size="small" variant="ghost" onClick={() => askLogOut(null)} data-testid="log-out">
        Log out
      </Button>
      <ThemeToggle />
    </header>
  );
}
