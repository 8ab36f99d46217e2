/** What `workspace.attach` and the `list` methods answer with. */

export type AgentLifeState = 'idle' | 'loading' | 'executing' | 'waiting' | 'failed' | 'restarting';

export interface AgentInfo {
  name: string;
  provider: string;
  model: string;
  state: AgentLifeState;
  task?: string;
  /** What people call it for, besides its name. */
  role?: string;
  /** False where its model is known to take text alone. */
  takes_images?: false;
  simulated: boolean;
}

export type LockMode = 'read' | 'write';

export interface LockInfo {
  path: string;
  mode: LockMode;
  /** An actor: `agent:claude`, `user:ada`. */
  holder: string;
  token: number | string;
  expires_at: string;
}

/** Somebody who waits for a lock. */
export interface LockWaitInfo {
  path: string;
  mode: LockMode;
  holder: string;
  waits_for: string[];
  task?: string;
  /** Whether holders have heard of it. */
  told?: boolean;
  /** The question that is open about it. */
  approval?: string;
}

export type TaskState =
  'queued' | 'running' | 'waiting' | 'paused' | 'succeeded' | 'failed' | 'cancelled';

/** What a person has said to a task under way. */
export interface Steering {
  id: string;
  from: string;
  text: string;
  images?: ImageInfo[];
}

export interface TaskError {
  kind: string;
  message: string;
  hint?: string;
}

export interface TaskInfo {
  id: string;
  agent: string;
  state: TaskState;
  priority: number;
  prompt: string;
  attempt: number;
  /** Where it stands among its agent's tasks of its priority; compared as words are. */
  place: number[];
  budget_usd?: number;
  /** The task that delegated it. */
  parent?: string;
  error?: TaskError | string;
  result?: string;
  created_at: string;
  started_at?: string;
  finished_at?: string;
  depends_on?: string[];
  /** While it waits: the kind of thing and what of it, `budget: the budget of …`. */
  waits_for?: string;
  /** Where it works, if not in the project: in a copy that is merged at its end, or stays. */
  worktree?: 'merge' | 'keep';
  /** The same for all agents that were given one prompt together. */
  group?: string;
  /** Who has asked for a pause that its agent has not come to yet. */
  pause_requested_by?: string;
  /** What its agent has not heard yet. */
  steering?: Steering[];
}

/** A task's own copy of the project, neither merged nor discarded. */
export interface WorktreeInfo {
  task: string;
  agent: string;
  changed: { path: string; removed: boolean }[];
  /** Files whose two sides stand between marks. */
  conflicts: string[];
}

export type SqlCell = string | number | null;

export interface SqlResult {
  columns: string[];
  rows: SqlCell[][];
  truncated: boolean;
  elapsed_ms: number;
}

export interface CostTotals {
  spent_usd: number;
  calls: number;
  unpriced_calls: number;
  input: number;
  cached: number;
  cache_write: number;
  output: number;
  reasoning: number;
}

export interface CostRow {
  key: string;
  calls: number;
  input: number;
  cached: number;
  cache_write: number;
  output: number;
  reasoning: number;
  cost_usd: number | null;
  unpriced_calls: number;
  /** What prompt caching saved. */
  saved_usd: number | null;
  /** The part of all prompt tokens that came from a cache, from 0 to 1. */
  cached_share: number;
}

/** What a scope (`workspace`, `day`, `agent:NAME`, `task:ID`) may spend and has spent. */
export interface BudgetRow {
  scope: string;
  /** Of the scope `day`: which one, in UTC. */
  day?: string;
  limit_usd?: number;
  left_usd?: number;
  spent_usd: number;
  /** For calls under way, at most. */
  reserved_usd: number;
  /** Of calls that broke off: may have been billed. */
  unsettled_usd: number;
}

/** What a call that broke off may have cost, until somebody has looked at the vendor's bill. */
export interface UnsettledRow {
  reservation: string;
  agent: string;
  task?: string;
  model: string;
  /** At most. */
  amount_usd: number;
  seq: number;
}

export type ApprovalMode = 'read-only' | 'ask' | 'auto-edit' | 'full';
export type ApprovalDecision = 'allow' | 'deny';
/** What a person may say to a wait for a lock: take it away, wait on, give the wait up. */
export type LockDecision = 'approve' | 'wait' | 'cancel';

/** A lock that an agent waits for, as the question about it names it. */
export interface AskedLock {
  path: string;
  mode: LockMode;
  token: number | string;
  holder: string;
  works: boolean;
  idle_s: number;
}

/** A call of a tool, or a wait for a lock, that waits for a person. */
export interface ApprovalInfo {
  id: string;
  agent: string;
  task: string;
  tool: string;
  /** As the agent gave it; long texts are cut and say so. */
  input: Record<string, unknown>;
  why: string;
  requested_at: string;
  /** Denied then; a wait for a lock goes on. */
  expires_at: string;
  /** Absent: a call. */
  kind?: 'lock';
}

export interface ApprovalRule {
  tool?: string;
  path?: string;
  command?: string;
  /** Which secret a command may have; such a rule says nothing else. */
  secret?: string;
  decision: ApprovalDecision | 'ask';
}

export interface ApprovalPolicy {
  mode: ApprovalMode;
  /** Modes of agents that have one of their own, by name. */
  agents: Record<string, ApprovalMode>;
  /** The last that fits a call decides. */
  rules: ApprovalRule[];
  timeout_s: number;
}

export interface SessionInfo {
  id: string;
  expires_at: string;
}

export type WorkspaceLifeState = 'ready' | 'asleep' | 'provisioning' | 'deleted';

export interface WorkspaceInfo {
  id: string;
  name: string;
  state: WorkspaceLifeState;
  created_at: string;
  last_active_at?: string;
  /** Of the node's disk, as last measured. */
  disk_bytes?: number;
}

export interface TreeEntry {
  /** Relative to the project, `/` between parts, no leading `/`. */
  path: string;
  kind: 'file' | 'folder';
  size?: number;
  version?: number;
}

export interface MessageInfo {
  seq: number;
  ts: string;
  id: string;
  from: string;
  to: string[];
  text: string;
  kind: 'chat' | 'answer';
  task?: string;
  images?: ImageInfo[] | null;
}

/** A picture that belongs to a message; `messages.image` has its bytes. */
export interface ImageInfo {
  hash: string;
  media_type: string;
  /** Bytes. */
  size: number;
  /** Pixels. */
  width: number;
  height: number;
}

/** A line of a file that was found. */
export interface FileMatch {
  path: string;
  line: number;
  text: string;
}

/** An event that was found by its words. */
export interface LogHit {
  seq: number;
  ts: string;
  type: string;
  actor: string;
  task?: string;
  path?: string;
  tool?: string;
  excerpt: string;
}

export interface FileHistoryEdit {
  seq: number;
  ts: string;
  actor: string;
  op: 'create' | 'write' | 'move' | 'remove';
  task?: string;
}

/** A file that tells agents how to work; `hash` is what a person trusts. */
export interface InstructionInfo {
  path: string;
  hash: string;
  bytes: number;
  trusted: boolean;
  /** It was trusted with another content. */
  changed: boolean;
}

/** A place that a task changed and that cannot be taken back, because others changed it since. */
export interface RefusedPlace {
  path: string;
  from_line?: number;
  to_line?: number;
  why: string;
}

/** One piece of what a task changed in a file and what is still there. */
export interface TaskHunk {
  id: string;
  kind: 'lines' | 'created' | 'removed' | 'renamed' | 'mode' | 'content';
  accepted: boolean;
  line?: number;
  removed?: string;
  added?: string;
  cut?: boolean;
}

export interface TaskChanges {
  task: string;
  files: { path: string; version: number; from?: string; hunks: TaskHunk[] }[];
  refused: RefusedPlace[];
}
