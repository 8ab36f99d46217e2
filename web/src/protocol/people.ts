export type Role = 'viewer' | 'editor' | 'owner';

/** Who the server takes this browser for. */
export interface Me {
  name: string;
  actor: string;
  role: Role;
  /** The only workspace that they are let into. */
  workspace?: string;
  /** Came by an invitation: the cookie is all that lets them in. */
  invited?: boolean;
}

/** As `workspace.attach` says it: which connection of theirs this is, too. */
export interface You extends Me {
  connection: number;
}

export interface PersonInfo extends Me {
  id: string;
  joined_at: string;
  invited_by: string;
  /** The actor who changed their role, where somebody has. */
  role_by?: string;
  role_at?: string;
}

export interface InvitationInfo {
  id: string;
  role: Role;
  workspace?: string;
  expires_at: string;
  uses_left: number;
  made_by: string;
}

/** What somebody who holds an invitation may know of it. */
export interface InvitationPreview extends Omit<InvitationInfo, 'id'> {
  workspace_name?: string;
}

export interface InvitationMade extends InvitationInfo {
  secret: string;
}

export interface InvitationRequest {
  role: Role;
  workspace?: string;
  expires_in_s?: number;
  uses?: number;
}

/** One open page of somebody, and where they look; offsets in UTF-16 units. */
export interface Presence {
  connection: number;
  name: string;
  actor: string;
  role: Role;
  path?: string;
  anchor?: number;
  head?: number;
}
