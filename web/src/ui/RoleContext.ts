import { createContext, useContext } from 'react';
import { whyNot } from '../model/roles';
import type { Role } from '../protocol/people';

/** The role of the person at this page. The server asks again: this only saves them a refusal. */
export const RoleContext = createContext<Role>('owner');

/** Why the person cannot do what takes `needs`; nothing where they can. */
export function useWhyNot(needs: Role | undefined): string | undefined {
  const role = useContext(RoleContext);
  return needs === undefined ? undefined : whyNot(role, needs);
}
