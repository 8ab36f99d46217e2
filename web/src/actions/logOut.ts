import { questionOfLogOut } from '../model/logOut';
import { logOut } from '../net/http';
import { getMe } from '../net/people';
import { loggedOut } from './app';
import type { Command } from './commands';
import { draftsOf, forgetDraftsOf } from './draftStore';
import { me } from './people';
import { review } from './preferences';
import { ask, closePrompt } from './prompts';
import type { WorkspaceSession } from './session';
import { attempt } from './toasts';

/** Between the pages of one browser, which share the cookie. */
const pages = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('coditect');

/** Leaves with the page in which somebody logs out. */
export function followLogOut(): void {
  pages?.addEventListener('message', ({ data }: MessageEvent<{ left: string }>) => {
    void leave(data.left);
  });
}

/**
 * Logs out, once the person has agreed to what is lost: nobody else who uses this browser is to
 * find it. `session` is the workspace that is open.
 */
export function askLogOut(session: WorkspaceSession | null): void {
  attempt(async () => {
    const { actor, invited = false } = await getMe();
    const files = await unsavedOf(actor, session);
    const comments = Object.values(review.get().drafts).flat().length;
    const question = questionOfLogOut({ files, comments, invited });
    const run = async (): Promise<void> => {
      await logOut();
      pages?.postMessage({ left: actor });
      await leave(actor);
    };
    if (question === null) await run();
    else ask({ kind: 'confirm', ...question, run });
  });
}

/** What is open and not saved may not be kept yet, so that both are looked at. */
async function unsavedOf(actor: string, session: WorkspaceSession | null): Promise<string[]> {
  const open = Object.values(session?.documents.store.get().open ?? {});
  const here = open.filter(({ dirty }) => dirty && session?.mayEdit()).map(({ path }) => path);
  const kept = (await draftsOf(actor)).map(({ workspace, path }) =>
    workspace === session?.id ? path : `${path} of another workspace`,
  );
  return [...new Set([...here, ...kept])];
}

/** The view goes first: what is on the screen keeps drafts. */
async function leave(actor: string): Promise<void> {
  closePrompt();
  loggedOut();
  me.set(null);
  review.update((before) => ({ ...before, drafts: {} }));
  await forgetDraftsOf(actor);
}

export function logOutCommands(session: WorkspaceSession): Command[] {
  return [
    {
      id: 'person.log-out',
      title: 'Log out',
      section: 'People',
      run: () => askLogOut(session),
    },
  ];
}
