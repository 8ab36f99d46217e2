import type {
  ImageInfo,
  AgentInfo,
  ApprovalInfo,
  ApprovalPolicy,
  CostTotals,
  LockInfo,
  LockMode,
  SessionInfo,
  TaskInfo,
  TreeEntry,
  WorkspaceInfo,
  WorktreeInfo,
} from '../protocol/entities';
import type { WaitReason, WireEvent } from '../protocol/events';
import type { PathMap } from './pathMap';

/** An agent as the panel shows it: what the server said, plus what its events say it is doing. */
export interface AgentView extends AgentInfo {
  /** The tool call under way, if any. */
  tool?: { id: string; name: string; path?: string };
  /** Why it waits, in the server's words, and what was done about it since. */
  waiting?: { for: WaitReason | (string & {}); what: string; done?: string };
  /** Nothing was heard of it for too long, and its model has not answered since. */
  stuck?: { task: string; doing: string };
  /** Why it is in its present state, when the server gave a reason. */
  reason?: string;
}

export interface WaitView {
  path: string;
  mode: LockMode;
  holder: string;
  waits_for: string[];
}

export interface ChatMessage {
  kind: 'message';
  seq: number;
  ts: string;
  id: string;
  from: string;
  to: string[];
  text: string;
  tone: 'chat' | 'answer';
  task?: string;
  images?: ImageInfo[];
}

export interface ChatTool {
  kind: 'tool';
  seq: number;
  ts: string;
  id: string;
  agent: string;
  tool: string;
  input: unknown;
  status: 'running' | 'ok' | 'failed';
  output?: unknown;
  elapsed_ms?: number;
  task?: string;
}

export interface ChatNotice {
  kind: 'notice';
  seq: number;
  ts: string;
  agent: string;
  text: string;
  hint?: string;
  task?: string;
}

export type ChatItem = ChatMessage | ChatTool | ChatNotice;

export interface PreviewView {
  agent: string;
  text: string;
}

export interface WorkspaceState {
  /** Every event up to and including this one is in the state. */
  seq: number;
  workspace: WorkspaceInfo;
  session: SessionInfo;
  agents: AgentView[];
  /** By path; several readers may share a path, one writer never shares. */
  locks: Record<string, LockInfo[]>;
  waits: WaitView[];
  tasks: TaskInfo[];
  worktrees: WorktreeInfo[];
  cost: CostTotals;
  /** The last event that changed what may be spent, or what was. */
  moneySeq: number;
  /** What waits for a person, oldest first. */
  approvals: ApprovalInfo[];
  policy: ApprovalPolicy;
  /** The last event that may have changed what the project tells agents. */
  instructionsSeq: number;
  /** Null until `files.tree` has answered; after that kept current by events. */
  files: PathMap<TreeEntry> | null;
  filesTruncated: boolean;
  /** How often `files` has come to name other paths; a text that is written is none. */
  treeChanges: number;
  /** Who changed a path last, for "changed by". */
  lastEdits: PathMap<{ seq: number; actor: string; op: string; ts: string }>;
  /** Sorted by seq. */
  chat: ChatItem[];
  /** A contiguous run of events ending at `seq`. */
  log: WireEvent[];
  /** By task. */
  previews: Record<string, PreviewView>;
}

export const kLogEventsMax = 20_000;
export const kChatItemsMax = 2_000;
