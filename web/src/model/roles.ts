import type { Role } from '../protocol/people';

/** Each may do what those before it may. */
export const kRoles: readonly Role[] = ['viewer', 'editor', 'owner'];

/** What each role is for, as people are told. */
export const kRoleWords: Record<Role, string> = {
  viewer: 'sees everything, changes nothing',
  editor: 'edits files, works with agents and terminals, answers what they ask',
  owner: 'decides about people, rules, money and workspaces, on the whole server',
};

export function may(has: Role, needs: Role): boolean {
  return kRoles.indexOf(has) >= kRoles.indexOf(needs);
}

/** Why somebody with the role `has` cannot do what takes `needs`; nothing where they can. */
export function whyNot(has: Role, needs: Role): string | undefined {
  if (may(has, needs)) return undefined;
  return `You are ${aRole(has)} here: this takes ${aRole(needs)}.`;
}

export function aRole(role: Role): string {
  return role === 'viewer' ? 'a viewer' : `an ${role}`;
}
