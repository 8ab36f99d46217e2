import type { SessionInfo, WorkspaceInfo } from './entities';

export type Source =
  | { kind: 'empty' }
  | { kind: 'git'; url: string }
  | { kind: 'path'; path: string }
  | { kind: 'template'; name: string }
  | { kind: 'workspace'; id: string };

/** Another workspace as it was after one of its events. */
export interface ForkSource {
  kind: 'workspace';
  id: string;
  through_seq: number;
}

export interface ProvisionRequest {
  name: string;
  source: Source | ForkSource;
  /** Chosen by whoever asks, to stop it by. */
  request: string;
}

/** What is asked beside the archive, which is the body. */
export interface ImportRequest {
  name: string;
  /** What its owner calls it. */
  file: string;
  request: string;
}

export interface ProvisionAnswer extends WorkspaceInfo {
  session: SessionInfo;
  source?: object;
}

export interface WorkspacePage {
  workspaces: WorkspaceInfo[];
  next_cursor?: string | null;
}

/** How a word of a vendor's model was got, or why not. */
export interface KeyTest {
  ok: boolean;
  at: string;
  model: string;
  elapsed_ms?: number;
  /** Null where the price list does not know the model. */
  cost_usd?: number | null;
  message?: string;
  hint?: string;
}

/** How a vendor's models are reached. Of a key only its end is ever told. */
export interface ProviderKey {
  provider: string;
  /** The vendor's own, in the server's environment. */
  variable: string;
  in_use: 'studio' | 'environment' | 'none' | 'simulated';
  set: boolean;
  in_environment: boolean;
  ends_in?: string;
  set_at?: string;
  set_by?: string;
  agents: { name: string; model: string; simulated: boolean; key_variable?: string }[];
  tested?: KeyTest;
}

export interface ProviderKeys {
  providers: ProviderKey[];
  /** The server was told to simulate whatever keys there are. */
  simulated_by_option: boolean;
}
