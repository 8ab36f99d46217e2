import { inviteOf } from '../model/invite';
import { placeOf, textOf, type Place } from '../model/place';
import { createStore } from '../model/store';
import { asFailure } from '../net/failure';
import { logIn } from '../net/http';

export type Route = { page: 'workspaces' } | { page: 'workspace'; id: string; place?: Place };

export type Access =
  | { phase: 'checking' }
  | { phase: 'in' }
  /** Came by the link of an invitation, and has not joined yet. */
  | { phase: 'invited'; secret: string }
  /** No valid cookie. `problem` is set when a token was tried and refused. */
  | { phase: 'out'; problem?: { message: string; hint?: string } };

export const route = createStore<Route>({ page: 'workspaces' });
export const access = createStore<Access>({ phase: 'checking' });

/**
 * The token of a login link: it travels in the fragment, which never leaves the browser by itself.
 */
export function tokenOf(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') || null;
}

export function routeOf(hash: string): Route {
  const [, id, rest = ''] = /^#\/workspaces\/([^/?]+)\/?(.*)$/.exec(hash) ?? [];
  if (id === undefined) return { page: 'workspaces' };
  try {
    const place = placeOf(rest);
    return {
      page: 'workspace',
      id: decodeURIComponent(id),
      ...(place === undefined ? {} : { place }),
    };
  } catch {
    // Not an address that this page has made: "%" without two digits.
    return { page: 'workspaces' };
  }
}

export function hrefOf(target: Route): string {
  if (target.page === 'workspaces') return '#/';
  const home = `#/workspaces/${encodeURIComponent(target.id)}`;
  return target.place === undefined ? home : `${home}/${textOf(target.place)}`;
}

export function goTo(target: Route): void {
  window.location.hash = hrefOf(target);
}

/** Shows `place` of the workspace that is open; none is the workspace as it is now. */
export function goToPlace(place?: Place): void {
  const here = route.get();
  if (here.page !== 'workspace') return;
  goTo({ page: 'workspace', id: here.id, ...(place === undefined ? {} : { place }) });
}

/** Says in the address bar what is shown, without a step to go back to. */
export function showInAddress(place: Place | undefined): void {
  const here = route.get();
  if (here.page !== 'workspace') return;
  const { place: _before, ...rest } = here;
  const target = place === undefined ? rest : { ...rest, place };
  window.history.replaceState(null, '', hrefOf(target));
  route.set(target);
}

/** A pasted link counts as its token. */
export function tokenFromInput(input: string): string {
  const trimmed = input.trim();
  const hash = trimmed.indexOf('#');
  return (hash < 0 ? null : tokenOf(trimmed.slice(hash))) ?? trimmed;
}

export async function logInWith(token: string): Promise<void> {
  try {
    await logIn(token);
    access.set({ phase: 'in' });
  } catch (thrown) {
    const { kind, message, hint } = asFailure(thrown);
    const refused = {
      message: 'This login link is not valid any more.',
      hint: 'A link works until the server’s token changes. Ask `coditect` for a new one.',
    };
    const other = { message, ...(hint === undefined ? {} : { hint }) };
    access.set({ phase: 'out', problem: kind === 'unauthorized' ? refused : other });
  }
}

export function loggedOut(): void {
  access.set({ phase: 'out' });
}

/** May hold a page back: returns true when it asks first and calls `proceed` later. */
export type LeaveGuard = (proceed: () => void) => boolean;

let leaveGuard: LeaveGuard | null = null;

export function setLeaveGuard(guard: LeaveGuard | null): void {
  leaveGuard = guard;
}

function isElsewhere(target: Route): boolean {
  const here = route.get();
  return target.page !== 'workspace' || here.page !== 'workspace' || target.id !== here.id;
}

/** Shows the page of the address, unless the present one has something to lose and asks first. */
function follow(target: Route): void {
  const here = hrefOf(route.get());
  const there = hrefOf(target);
  if (here === there) return;
  const proceed = (): void => {
    leaveGuard = null;
    window.history.replaceState(null, '', there);
    route.set(target);
  };
  if (isElsewhere(target) && leaveGuard?.(proceed) === true)
    window.history.replaceState(null, '', here);
  else route.set(target);
}

/**
 * Takes the token or the invitation out of the address bar before anything else, so that it stays
 * neither in the history nor in a screenshot, then exchanges it. Without one the first request
 * tells whether a cookie is there.
 */
export function startApp(): void {
  const onHash = (): void => {
    const token = tokenOf(window.location.hash);
    if (token !== null) {
      window.history.replaceState(null, '', `${window.location.pathname}#/`);
      access.set({ phase: 'checking' });
      void logInWith(token);
    }
    const secret = inviteOf(window.location.hash);
    if (secret !== null) {
      window.history.replaceState(null, '', `${window.location.pathname}#/`);
      access.set({ phase: 'invited', secret });
    }
    follow(routeOf(window.location.hash));
  };
  window.addEventListener('hashchange', onHash);
  const { hash } = window.location;
  const arrivedByLink = tokenOf(hash) !== null || inviteOf(hash) !== null;
  onHash();
  if (!arrivedByLink) access.set({ phase: 'in' });
}
