import { may } from '../model/roles';
import type { Role } from '../protocol/people';
import { goTo } from './app';
import {
  askClose,
  askNewFile,
  copyLink,
  askRename,
  removeFile,
  toggleOwnLock,
} from './fileActions';
import { showPanel } from './layout';
import { layoutCommands } from './layoutCommands';
import { peopleCommands } from './peopleCommands';
import { logOutCommands } from './logOut';
import { noticeCommands } from './notifications';
import { theme, toggleTheme } from './preferences';
import { ask } from './prompts';
import { moneyCommands } from './money';
import { queueCommands } from './queue';
import { reviewCommands } from './reviewActions';
import type { WorkspaceSession } from './session';
import { timelineCommands } from './timelineCommands';
import { tourCommands } from './tour';
import { keyCommands } from './vendorKeys';
import { making } from './workspaces';

/** Something a person can do, as data: the palette lists it, a key may run it. */
export interface Command {
  id: string;
  title: string;
  section: string;
  /** As shown; `Mod` is Ctrl, or Cmd on a Mac. */
  keys?: string;
  /** The least role that it is there for. */
  needs?: Role;
  run: () => void;
}

function focusOn(selector: string): void {
  setTimeout(() => document.querySelector<HTMLElement>(selector)?.focus(), 0);
}

export function appearanceCommands(): Command[] {
  return [
    { id: 'theme.toggle', title: 'Switch light and dark', section: 'View', run: toggleTheme },
    {
      id: 'theme.contrast',
      title: 'Use the high-contrast theme',
      section: 'View',
      run: () => theme.set('contrast'),
    },
    {
      id: 'theme.system',
      title: 'Follow the system theme',
      section: 'View',
      run: () => theme.set('system'),
    },
  ];
}

/** What can be done in a workspace now, by this person, with the files that are open. */
export function workspaceCommands(session: WorkspaceSession): Command[] {
  const role = session.you.get()?.role ?? 'viewer';
  return allCommands(session).filter(({ needs = 'viewer' }) => may(role, needs));
}

function allCommands(session: WorkspaceSession): Command[] {
  return [
    ...goCommands(session),
    ...fileCommands(session),
    ...timelineCommands(session),
    ...agentCommands(session),
    ...layoutCommands(session.layout),
    ...reviewCommands(session),
    ...noticeCommands(),
    ...queueCommands(session),
    ...moneyCommands(session.layout),
    ...keyCommands(),
    ...tourCommands(session),
    ...peopleCommands(),
    ...logOutCommands(session),
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
      keys: 'Mod+Shift+F',
      run: () => ask({ kind: 'search' }),
    },
    {
      id: 'go.write',
      title: 'Write to the agents',
      section: 'Go',
      keys: 'Mod+J',
      run: () => {
        showPanel(session.layout, 'chat');
        focusOn('[data-testid="composer-input"]');
      },
    },
    {
      id: 'go.link',
      title: 'Copy the link to what I see',
      section: 'Go',
      run: () => void copyLink(session),
    },
    {
      id: 'go.workspaces',
      title: 'All workspaces',
      section: 'Go',
      run: () => goTo({ page: 'workspaces' }),
    },
    {
      id: 'go.new',
      title: 'New workspace…',
      section: 'Go',
      needs: 'owner',
      run: () => {
        making.set(true);
        goTo({ page: 'workspaces' });
      },
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
    needs: 'editor',
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
      needs: 'editor',
      title: `Save ${active}`,
      section: 'File',
      keys: 'Mod+S',
      run: () => void session.documents.save(active),
    },
    create,
    {
      id: 'file.rename',
      needs: 'editor',
      title: `Rename ${active}…`,
      section: 'File',
      run: () => askRename(session, active),
    },
    {
      id: 'file.remove',
      needs: 'editor',
      title: `Delete ${active}`,
      section: 'File',
      run: () => void removeFile(session, active),
    },
    {
      id: 'file.lock',
      needs: 'editor',
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
    needs: 'editor',
    title: `Ask @${name}`,
    section: 'Agents',
    run: () => {
      showPanel(session.layout, 'chat');
      window.dispatchEvent(new CustomEvent('studio:mention', { detail: name }));
    },
  }));
}
