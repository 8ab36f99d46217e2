import type {
  InvitationInfo,
  InvitationMade,
  InvitationPreview,
  InvitationRequest,
  Me,
  PersonInfo,
  Role,
} from '../protocol/people';
import { request } from './http';

function json(body: object): { headers: Record<string, string>; body: string } {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

export function getMe(): Promise<Me> {
  return request('GET', '/me');
}

export function lookAtInvitation(secret: string): Promise<InvitationPreview> {
  return request('POST', '/join/look', json({ secret }));
}

/** Takes the invitation; the answer's cookie is the person's from now on. */
export function join(secret: string, name: string): Promise<Me> {
  return request('POST', '/join', json({ secret, name }));
}

export async function listPeople(): Promise<PersonInfo[]> {
  return (await request<{ people: PersonInfo[] }>('GET', '/people')).people;
}

export async function removePerson(id: string): Promise<void> {
  await request('DELETE', `/people/${encodeURIComponent(id)}`);
}

export function giveRole(id: string, role: Role): Promise<PersonInfo> {
  return request('PATCH', `/people/${encodeURIComponent(id)}`, json({ role }));
}

export function invite(body: InvitationRequest): Promise<InvitationMade> {
  return request('POST', '/invitations', json(body));
}

export async function listInvitations(): Promise<InvitationInfo[]> {
  return (await request<{ invitations: InvitationInfo[] }>('GET', '/invitations')).invitations;
}

export async function revokeInvitation(id: string): Promise<void> {
  await request('DELETE', `/invitations/${encodeURIComponent(id)}`);
}
