import { createStore } from '../model/store';
import { asFailure, Failure } from '../net/failure';
import * as net from '../net/people';
import type { InvitationInfo, InvitationRequest, Me, PersonInfo, Role } from '../protocol/people';
import { access, goTo } from './app';

/** Who the server takes this browser for; null until it has said so. */
export const me = createStore<Me | null>(null);

export async function loadMe(): Promise<void> {
  try {
    me.set(await net.getMe());
  } catch {
    // Whoever is not signed in is told so by what the page itself asks for.
    me.set(null);
  }
}

export interface PeopleBook {
  people: PersonInfo[];
  invitations: InvitationInfo[];
  failure: Failure | null;
}

export const peopleBook = createStore<PeopleBook>({ people: [], invitations: [], failure: null });

export async function loadPeople(): Promise<void> {
  try {
    const [people, invitations] = await Promise.all([net.listPeople(), net.listInvitations()]);
    peopleBook.set({ people, invitations, failure: null });
  } catch (thrown) {
    peopleBook.update((book) => ({ ...book, failure: asFailure(thrown) }));
  }
}

/** The secret of the new invitation: nobody can ask for it again. */
export async function invite(request: InvitationRequest): Promise<string> {
  const { secret } = await net.invite(request);
  void loadPeople();
  return secret;
}

export async function revokeInvitation(id: string): Promise<void> {
  await net.revokeInvitation(id);
  await loadPeople();
}

export async function removePerson(id: string): Promise<void> {
  await net.removePerson(id);
  await loadPeople();
}

export async function giveRole(id: string, role: Role): Promise<void> {
  await net.giveRole(id, role);
  await loadPeople();
}

/** Takes an invitation; this browser is that person from then on. */
export async function joinAs(secret: string, name: string): Promise<void> {
  const joined = await net.join(secret, name);
  me.set(joined);
  access.set({ phase: 'in' });
  goTo(
    joined.workspace === undefined
      ? { page: 'workspaces' }
      : { page: 'workspace', id: joined.workspace },
  );
}
