import type {
  AgentInfo,
  ApprovalDecision,
  ApprovalInfo,
  ApprovalMode,
  ApprovalPolicy,
  ApprovalRule,
  BudgetRow,
  CostRow,
  CostTotals,
  FileHistoryEdit,
  FileMatch,
  InstructionInfo,
  LockDecision,
  LockInfo,
  LockMode,
  LockWaitInfo,
  LogHit,
  MessageInfo,
  RefusedPlace,
  SessionInfo,
  SqlResult,
  TaskChanges,
  TaskInfo,
  WorktreeInfo,
  TreeEntry,
  UnsettledRow,
  WorkspaceInfo,
} from './entities';
import type { DocumentOpened, DocumentPulled } from './documents';
import type { WireEvent } from './events';
import type { Presence, You } from './people';
import type { CheckpointInfo, Density, TimelineAt } from './timeline';

/** The state at `head`; with `resume_from` the client keeps its own and only `resync` matters. */
export interface AttachResult {
  workspace: WorkspaceInfo;
  session: SessionInfo;
  head: number;
  agents: AgentInfo[];
  locks: LockInfo[];
  lock_waits: LockWaitInfo[];
  tasks: TaskInfo[];
  worktrees: WorktreeInfo[];
  cost: CostTotals;
  approvals: ApprovalInfo[];
  approval_policy: ApprovalPolicy;
  you: You;
  resync?: boolean;
}

export interface FileText {
  text: string;
  version: number;
  size?: number;
}

export interface FileWritten {
  version: number;
  seq: number;
}

export interface LockGrant {
  token: number | string;
  expires_at: string;
}

type Nothing = Record<string, never>;

/** Every method the studio calls: name → parameters and result. */
export interface Methods {
  'workspace.attach': { params: { resume_from?: number; pace_ms?: number }; result: AttachResult };
  'agents.list': { params: Nothing; result: { agents: AgentInfo[] } };
  'tasks.submit': {
    params: {
      agent: string;
      prompt: string;
      images?: { base64: string }[];
      priority?: number;
      depends_on?: string[];
      budget_usd?: number;
      worktree?: 'merge' | 'keep';
    };
    result: { tasks: { id: string; agent: string }[] };
  };
  'tasks.list': { params: Nothing; result: { tasks: TaskInfo[] } };
  'tasks.cancel': { params: { id: string }; result: unknown };
  'tasks.retry': { params: { id: string }; result: unknown };
  'tasks.promote': { params: { id: string }; result: unknown };
  'tasks.move': {
    params: { id: string; before?: string; agent?: string; priority?: number };
    result: TaskInfo;
  };
  'tasks.depend': { params: { id: string; depends_on: string[] }; result: TaskInfo };
  'tasks.changes': { params: { id: string }; result: TaskChanges };
  'tasks.revert': {
    params: { id: string; conflicts?: 'refuse' | 'skip' };
    result: { changed: number; refused: RefusedPlace[] };
  };
  'tasks.reject_hunks': {
    params: { id: string; path: string; version: number; hunks: string[] };
    result: { path: string; version: number };
  };
  'tasks.accept_hunks': {
    params: { id: string; path: string; version: number; hunks: string[] };
    result: { accepted: number };
  };
  'tasks.accept_files': {
    params: { id: string; files: { path: string; version: number; hunks: string[] }[] };
    result: { files: number; accepted: number; refused: RefusedPlace[] };
  };
  'tasks.pause': { params: { id: string }; result: unknown };
  'tasks.resume': { params: { id: string }; result: unknown };
  'tasks.steer': {
    params: { id: string; text: string; images?: { base64: string }[] };
    result: { id: string; message: string };
  };
  'sql.query': {
    params: { database: string; sql: string; limit?: number; id?: string };
    result: SqlResult;
  };
  'sql.cancel': { params: { id: string }; result: { cancelled: boolean } };
  'terminal.open': { params: { cols: number; rows: number }; result: { id: string } };
  'terminal.list': {
    params: Nothing;
    result: { terminals: { id: string; cols: number; rows: number; scrollback: string }[] };
  };
  'terminal.write': { params: { id: string; text: string }; result: unknown };
  'terminal.resize': { params: { id: string; cols: number; rows: number }; result: unknown };
  'terminal.close': { params: { id: string }; result: unknown };
  'worktrees.diff': { params: { task: string }; result: { diff: string } };
  'worktrees.merge': {
    params: { task: string };
    result: { merged: boolean; paths: string[]; conflicts: { path: string }[]; task?: string };
  };
  'worktrees.discard': { params: { task: string }; result: unknown };
  'messages.send': {
    params: {
      to: string[];
      text: string;
      images?: { base64: string }[];
      worktree?: 'merge' | 'keep';
    };
    result: unknown;
  };
  'messages.image': {
    params: { hash: string };
    result: { base64: string; media_type: string; size: number };
  };
  'messages.list': {
    params: { before?: number; limit?: number };
    result: { messages: MessageInfo[]; more: boolean };
  };
  'approvals.answer': {
    params: { id: string; decision: ApprovalDecision | LockDecision; note?: string };
    result: unknown;
  };
  'approvals.check': {
    params: {
      tool: string;
      input: Record<string, unknown>;
      agent?: string;
      rules?: ApprovalRule[];
    };
    result: { decision: ApprovalRule['decision']; why: string };
  };
  'approvals.set_policy': {
    params: {
      agent?: string;
      mode?: ApprovalMode | 'workspace';
      rules?: ApprovalRule[];
      timeout_s?: number;
    };
    result: unknown;
  };
  'files.tree': {
    params: { path?: string; depth?: number };
    result: { entries: TreeEntry[]; truncated: boolean };
  };
  'files.bytes': {
    params: { path: string };
    result: { base64: string; version: number; size: number };
  };
  'files.read': { params: { path: string }; result: FileText };
  'files.write': {
    params: { path: string; text: string; base_version: number; lock?: number | string };
    result: FileWritten;
  };
  'files.create': { params: { path: string; text: string }; result: FileWritten };
  'files.move': {
    params: { path: string; to: string; base_version?: number };
    result: FileWritten;
  };
  'files.remove': { params: { path: string; base_version?: number }; result: unknown };
  'files.history': { params: { path: string }; result: { edits: FileHistoryEdit[] } };
  'search.text': {
    params: { query: string; glob?: string; in?: ('files' | 'log')[]; limit?: number };
    result: { matches: FileMatch[]; truncated: boolean; log?: LogHit[]; log_truncated?: boolean };
  };
  'presence.set': {
    params: { path?: string; anchor?: number; head?: number };
    result: unknown;
  };
  'presence.list': { params: Nothing; result: { people: Presence[] } };
  'documents.open': {
    params: { path: string; client: string; file_version: number };
    result: DocumentOpened;
  };
  'documents.restore': {
    params: { path: string; client: string; text: string; base_version: number };
    result: DocumentOpened;
  };
  'documents.push': {
    params: { path: string; session: string; version: number; client: string; changes: unknown[] };
    result: { session: string; version: number };
  };
  'documents.pull': {
    params: {
      path: string;
      session: string;
      version: number;
      client: string;
      file_version: number;
    };
    result: DocumentPulled;
  };
  'documents.close': { params: { path: string; client: string }; result: unknown };
  'locks.list': { params: Nothing; result: { locks: LockInfo[] } };
  'locks.acquire': {
    params: { path: string; mode: LockMode; timeout_ms: number };
    result: LockGrant;
  };
  'locks.renew': {
    params: { path: string; token: number | string; in_person?: boolean };
    result: LockGrant;
  };
  'locks.release': { params: { path: string; token: number | string }; result: unknown };
  'timeline.range': {
    params: {
      from?: number;
      before?: number;
      limit: number;
      types?: string[];
      agent?: string;
      path?: string;
    };
    result: { events: WireEvent[]; next?: number; previous?: number };
  };
  'timeline.at': { params: { seq: number; since?: number }; result: TimelineAt };
  'timeline.file_at': { params: { path: string; seq: number }; result: FileText };
  'timeline.density': {
    params: {
      buckets: number;
      by: 'type' | 'agent';
      types?: string[];
      agent?: string;
      path?: string;
    };
    result: Density;
  };
  'timeline.restore': {
    params: { seq: number; path?: string };
    result: { before: CheckpointInfo; changed: number; left_out?: string[] };
  };
  'checkpoints.list': { params: Nothing; result: { checkpoints: CheckpointInfo[] } };
  'checkpoints.restore': {
    params: { id: string; path?: string };
    result: { before: string; changed: number };
  };
  'cost.summary': {
    params: { by: 'agent' | 'task' | 'model' | 'day' };
    result: {
      rows: CostRow[];
      total: CostRow;
      budgets: BudgetRow[];
      unsettled: UnsettledRow[];
    };
  };
  'instructions.list': {
    params: Nothing;
    result: { instructions: InstructionInfo[]; truncated: boolean };
  };
  'instructions.trust': { params: { path: string; hash: string }; result: unknown };
  'instructions.distrust': { params: { path: string }; result: unknown };
  'cost.set_budget': { params: { scope: string; limit_usd?: number }; result: unknown };
  'cost.settle': { params: { reservation: string; cost_usd: number }; result: unknown };
}

export type MethodName = keyof Methods;
export type ParamsOf<Name extends MethodName> = Methods[Name]['params'];
export type ResultOf<Name extends MethodName> = Methods[Name]['result'];
