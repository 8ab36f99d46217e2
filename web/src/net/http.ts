import type { WorkspaceInfo } from '../protocol/entities';
import type { Problem } from '../protocol/errors';
import type {
  KeyTest,
  ProviderKey,
  ProviderKeys,
  ProvisionAnswer,
  ProvisionRequest,
  WorkspacePage,
} from '../protocol/http';
import { Failure, failureOfProblem } from './failure';

/** Exchanges the login link's token for the session cookie. */
export async function logIn(token: string): Promise<void> {
  await request('POST', '/login', { headers: { Authorization: `Bearer ${token}` } });
}

/** Ends the cookie of this browser. */
export async function logOut(): Promise<void> {
  await request('POST', '/logout');
}

export function listWorkspaces(cursor?: string): Promise<WorkspacePage> {
  const query = new URLSearchParams({ limit: '50', ...(cursor === undefined ? {} : { cursor }) });
  return request('GET', `/workspaces?${query}`);
}

export function getWorkspace(id: string): Promise<WorkspaceInfo> {
  return request('GET', `/workspaces/${encodeURIComponent(id)}`);
}

export function provision(body: ProvisionRequest): Promise<ProvisionAnswer> {
  return request('POST', '/workspaces/provision', {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Stops making a workspace; nothing is left of it. False where it was just made, or refused. */
export async function stopProvision(id: string): Promise<boolean> {
  const { cancelled } = await request<{ cancelled: boolean }>(
    'DELETE',
    `/workspaces/provision/${encodeURIComponent(id)}`,
  );
  return cancelled;
}

export function listKeys(): Promise<ProviderKeys> {
  return request('GET', '/provider-keys');
}

/** The key travels in the body, never in an address. */
export function setKey(provider: string, key: string): Promise<ProviderKey> {
  return request('PUT', `/provider-keys/${encodeURIComponent(provider)}`, {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ key }),
  });
}

export function removeKey(provider: string): Promise<ProviderKey> {
  return request('DELETE', `/provider-keys/${encodeURIComponent(provider)}`);
}

export function testKey(provider: string): Promise<KeyTest> {
  return request('POST', `/provider-keys/${encodeURIComponent(provider)}/test`);
}

export function changeWorkspace(
  id: string,
  verb: 'wake' | 'sleep' | 'renew' | 'undelete',
): Promise<WorkspaceInfo> {
  return request('POST', `/workspaces/${encodeURIComponent(id)}/${verb}`);
}

export async function deleteWorkspace(id: string): Promise<void> {
  await request('DELETE', `/workspaces/${encodeURIComponent(id)}`);
}

export function socketUrl(id: string, location: Location): string {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${location.host}/workspaces/${encodeURIComponent(id)}/socket`;
}

export async function request<Answer>(
  method: string,
  path: string,
  init: { headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const options: RequestInit = { ...init, method, credentials: 'same-origin', cache: 'no-store' };
  const response = await fetch(path, options).catch(() => {
    throw new Failure(
      'unavailable',
      'The server cannot be reached.',
      'Check that `coditect serve` is running, then try again.',
    );
  });
  return readAnswer(response.status, await response.text());
}

/** What an answer holds; throws the Failure that a refusal is. */
export function readAnswer<Answer>(status: number, text: string): Answer {
  if (status < 200 || status > 299) throw failureOfProblem(status, problemOf(text));
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

/** A proxy in between may answer with HTML: then only the status is known. */
function problemOf(text: string): Problem {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
