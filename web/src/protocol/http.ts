import type { SessionInfo, WorkspaceInfo } from './entities';

export type Source =
  | { kind: 'empty' }
  | { kind: 'git'; url: string }
  | { kind: 'path'; path: string }
  | { kind: 'template'; name: string };

/** Another workspace as it was after one of its events. */
export interface ForkSource {
  kind: 'workspace';
  id: string;
  through_seq: number;
}

export interface ProvisionRequest {
  name: string;
  source: Source | ForkSource;
}

export interface ProvisionAnswer extends WorkspaceInfo {
  session: SessionInfo;
}

export interface WorkspacePage {
  workspaces: WorkspaceInfo[];
  next_cursor?: string | null;
}
