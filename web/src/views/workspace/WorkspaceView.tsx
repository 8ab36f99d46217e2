import { useEffect, useState } from 'react';
import { goTo, loggedOut, setLeaveGuard } from '../../actions/app';
import { workspaceCommands } from '../../actions/commands';
import { matchesKeys } from '../../actions/keys';
import { pane } from '../../actions/preferences';
import { ask, closePrompt } from '../../actions/prompts';
import { WorkspaceSession } from '../../actions/session';
import { RoleContext } from '../../ui/RoleContext';
import { Button, Empty, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { Attention } from '../agents/Attention';
import { currentSession } from '../palette/currentSession';
import { ConnectionBanner } from './ConnectionBanner';
import { Header } from './Header';
import { PaneBar } from './PaneBar';
import { SessionContext } from './SessionContext';
import { Stage } from './Stage';
import { useAddress } from './useAddress';

export function WorkspaceView({ id }: { id: string }) {
  const [session, setSession] = useState<WorkspaceSession | null>(null);
  useEffect(() => {
    const opened = new WorkspaceSession(id, loggedOut);
    setSession(opened);
    currentSession.set(opened);
    opened.start();
    return () => {
      currentSession.set(null);
      closePrompt();
      opened.close();
    };
  }, [id]);
  if (session === null) return null;
  return (
    <SessionContext.Provider value={session}>
      <Workspace session={session} />
    </SessionContext.Provider>
  );
}

function Workspace({ session }: { session: WorkspaceSession }) {
  const attached = useStore(session.state, (state) => state !== null);
  const connection = useStore(session.connection);
  const shownPane = useStore(pane);
  const role = useStore(session.you, (you) => you?.role ?? 'viewer');
  useShortcuts(session);
  useAddress(session);
  useUnsavedWarning(session);

  if (connection.phase === 'gone') {
    const { message, hint } = connection.failure;
    return (
      <main className="centred">
        <Empty
          icon="alert"
          title={message}
          action={
            <Button onClick={() => goTo({ page: 'workspaces' })}>Back to the workspaces</Button>
          }
        >
          {hint}
        </Empty>
      </main>
    );
  }
  if (!attached) return <Opening offline={connection.phase === 'offline'} />;
  return (
    <RoleContext.Provider value={role}>
      <div className="workspace" data-pane={shownPane} data-role={role}>
        <Header />
        <Attention />
        <ConnectionBanner />
        <Stage />
        <PaneBar />
      </div>
    </RoleContext.Provider>
  );
}

function Opening({ offline }: { offline: boolean }) {
  return (
    <main className="centred muted">
      <div className="centred-row">
        <Spinner label="Opening the workspace" />
        {offline ? 'The server cannot be reached. Trying again…' : 'Opening the workspace…'}
      </div>
      <Button variant="ghost" onClick={() => goTo({ page: 'workspaces' })}>
        All workspaces
      </Button>
    </main>
  );
}

function useShortcuts(session: WorkspaceSession): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // A letter that is typed is never a command, and must not wait for a list of them.
      if (!event.ctrlKey && !event.metaKey && !/^F\d/.test(event.key)) return;
      if (matchesKeys('Mod+K', event)) {
        event.preventDefault();
        ask({ kind: 'commands' });
        return;
      }
      const command = workspaceCommands(session).find(
        ({ keys }) => keys !== undefined && matchesKeys(keys, event),
      );
      // Ctrl+S never opens the browser's own dialog here, even when there is nothing to save.
      if (command !== undefined || matchesKeys('Mod+S', event)) event.preventDefault();
      command?.run();
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [session]);
}

/** Leaving the page or the workspace with unsaved edits asks first. */
function useUnsavedWarning(session: WorkspaceSession): void {
  useEffect(() => {
    const unsaved = (): boolean =>
      session.mayEdit() &&
      Object.values(session.documents.store.get().open).some((doc) => doc.dirty);
    const onLeave = (event: BeforeUnloadEvent): void => {
      if (unsaved()) event.preventDefault();
    };
    setLeaveGuard((proceed) => {
      if (!unsaved()) return false;
      ask({
        kind: 'confirm',
        title: 'Leave without saving?',
        text: 'There are edits in this workspace that are not saved.',
        submit: 'Discard edits',
        run: () => Promise.resolve(proceed()),
      });
      return true;
    });
    window.addEventListener('beforeunload', onLeave);
    return () => {
      setLeaveGuard(null);
      window.removeEventListener('beforeunload', onLeave);
    };
  }, [session]);
}
