import type { SessionInfo, WorkspaceInfo } from './entities';

export type Source =
  | { kind: 'empty' }
  | { kind: 'git'; url: string }
  | { kind: 'path'; path: string }
  | { kind: 'template'; name: string };

export interface ProvisionRequest {
  name: string;
  source: Source;
}

export interface ProvisionAnswer extends WorkspaceInfo {
  session: SessionInfo;
}

export interface WorkspacePage {
  workspaces: WorkspaceInfo[];
  next_cursor?: string | null;
}
