import { goTo } from './app';
import { askClose, askNewFile, askRename, removeFile, toggleOwnLock } from './fileActions';
import { peopleCommands } from './peopleCommands';
import { dock, pane, theme, toggleTheme, type DockTab } from './preferences';
import { ask } from './prompts';
import type { WorkspaceSession } from './session';

/** Something a person can do, as data: the palette lists it, a key may run it. */
export interface Command {
  id: string;
  title: string;
  section: string;
  /** As shown; `Mod` is Ctrl, or Cmd on a Mac. */
  keys?: string;
  run: () => void;
}

function showDock(tab: DockTab): void {
  dock.update((before) => ({ ...before, tab, open: true }));
  pane.set('activity');
}

function focusOn(selector: string): void {
  setTimeout(() => document.querySelector<HTMLElement>(selector)?.focus(), 0);
}

export function appearanceCommands(): Command[] {
  return [
    { id: 'theme.toggle', title: 'Switch light and dark', section: 'View', run: toggleTheme },
    {
      id: 'theme.system',
      title: 'Follow the system theme',
      section: 'View',
      run: () => theme.set('system'),
    },
  ];
}

/** What can be done in a workspace now; what needs an open file is there only when one is. */
export function workspaceCommands(session: WorkspaceSession): Command[] {
  return [
    ...goCommands(session),
    ...fileCommands(session),
    ...agentCommands(session),
    ...peopleCommands(),
    ...appearanceCommands(),
  ];
}

function goCommands(session: WorkspaceSession): Command[] {
  return [
    {
      id: 'go.file',
      title: 'Open a file…',
      section: 'Go',
      keys: 'Mod+P',
      run: () => ask({ kind: 'files' }),
    },
    {
      id: 'go.search',
      title: 'Search files and history…',
      section: 'Go',
      run: () => ask({ kind: 'search' }),
    },
    {
      id: 'go.chat',
      title: 'Write to the agents',
      section: 'Go',
      keys: 'Mod+J',
      run: () => {
        pane.set('chat');
        focusOn('[data-testid="composer-input"]');
      },
    },
    { id: 'go.queue', title: 'Show the task queue', section: 'Go', run: () => showDock('queue') },
    { id: 'go.log', title: 'Show the event log', section: 'Go', run: () => showDock('log') },
    {
      id: 'go.sql',
      title: 'Ask the databases with SQL',
      section: 'Go',
      run: () => showDock('sql'),
    },
    {
      id: 'go.terminal',
      title: 'Show the terminal',
      section: 'Go',
      run: () => showDock('terminal'),
    },
    { id: 'go.cost', title: 'Show what it costs', section: 'Go', run: () => showDock('cost') },
    {
      id: 'go.workspaces',
      title: 'All workspaces',
      section: 'Go',
      run: () => goTo({ page: 'workspaces' }),
    },
    {
      id: 'go.reconnect',
      title: 'Check the connection',
      section: 'Go',
      run: () => session.lookAgain(),
    },
  ];
}

function fileCommands(session: WorkspaceSession): Command[] {
  const { active, tabs } = session.documents.store.get();
  const create: Command = {
    id: 'file.new',
    title: 'New file…',
    section: 'File',
    run: () => askNewFile(session, ''),
  };
  const others: Command[] = tabs
    .filter((path) => path !== active)
    .map((path) => ({
      id: `file.show.${path}`,
      title: `Go to ${path}`,
      section: 'Open files',
      run: () => void session.documents.open(path),
    }));
  if (active === null) return [create, ...others];
  const mine = session.locks.tokens.get()[active] !== undefined;
  return [
    {
      id: 'file.save',
      title: `Save ${active}`,
      section: 'File',
      keys: 'Mod+S',
      run: () => void session.documents.save(active),
    },
    create,
    {
      id: 'file.rename',
      title: `Rename ${active}…`,
      section: 'File',
      run: () => askRename(session, active),
    },
    {
      id: 'file.remove',
      title: `Delete ${active}`,
      section: 'File',
      run: () => void removeFile(session, active),
    },
    {
      id: 'file.lock',
      title: mine ? `Unlock ${active}` : `Lock ${active} for me`,
      section: 'File',
      run: () => void toggleOwnLock(session, active),
    },
    {
      id: 'file.close',
      title: `Close ${active}`,
      section: 'File',
      run: () => askClose(session, active),
    },
    ...others,
  ];
}

function agentCommands(session: WorkspaceSession): Command[] {
  const agents = session.state.get()?.agents ?? [];
  return agents.map(({ name }) => ({
    id: `agent.ask.${name}`,
    title: `Ask @${name}`,
    section: 'Agents',
    run: () => {
      pane.set('chat');
      window.dispatchEvent(new CustomEvent('studio:mention', { detail: name }));
    },
  }));
}

const MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** `Mod+S` → what the person's keyboard says. */
export function keyLabel(keys: string): string {
  return keys.replace('Mod+', MAC ? '⌘' : 'Ctrl+');
}

export function matchesKeys(keys: string, event: KeyboardEvent): boolean {
  const mod = MAC ? event.metaKey : event.ctrlKey;
  const letter = keys.replace('Mod+', '').toLowerCase();
  return mod && !event.altKey && !event.shiftKey && event.key.toLowerCase() === letter;
}
