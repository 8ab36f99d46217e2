import type {
  ImageInfo,
  AgentLifeState,
  ApprovalDecision,
  ApprovalInfo,
  ApprovalMode,
  ApprovalRule,
  LockDecision,
  LockMode,
  TaskError,
  TaskState,
} from './entities';

/**
 * The event log's envelope. `seq` counts from 1 without a gap per workspace; actors are
 * `agent:NAME`, `user:NAME`, `process:TASK` and `system`.
 */
interface Envelope<Type extends string, Data> {
  seq: number;
  ts: string;
  type: Type;
  actor: string;
  session?: string;
  task?: string;
  data: Data;
  prev?: string;
}

export interface FileEditData {
  op: 'create' | 'write' | 'move' | 'remove';
  path: string;
  from?: string;
  hash: string;
  before?: string;
  size?: number;
  mode?: string | number;
  base_version?: number;
  lock?: number | string;
  splice?: { at: number; remove: number; insert: string };
  text?: string;
  blob?: string;
}

export interface TaskFinishedData {
  agent: string;
  state: 'succeeded' | 'failed' | 'cancelled';
  result?: string;
  error?: TaskError;
  elapsed_ms?: number;
}

export type ToolCallData =
  | { id: string; agent: string; tool: string; phase: 'started'; input: unknown }
  | {
      id: string;
      agent: string;
      tool: string;
      phase: 'finished';
      ok: boolean;
      output: unknown;
      elapsed_ms?: number;
    };

export interface UsageData {
  agent: string;
  provider: string;
  model: string;
  input: number;
  cached: number;
  cache_write: number;
  output: number;
  reasoning: number;
  cost_usd: number | null;
  saved_usd?: number | null;
  stop?: string;
  simulated?: boolean;
}

/** What was done about a wait that lasts too long: `holder` waits, `waits_for` hold. */
export interface LockEscalatedData {
  path: string;
  holder: string;
  waits_for: string[];
  tokens: (number | string)[];
  step: 'told' | 'revoked' | 'asked';
  since: string;
  why: string;
  approval?: string;
}

export type LockReleaseReason = 'released' | 'expired' | 'revoked' | 'holder_gone';
export type WaitReason = 'lock' | 'budget' | 'approval' | 'task' | 'message';

type WorkspaceLifeType =
  | 'workspace_created'
  | 'workspace_woken'
  | 'workspace_asleep'
  | 'workspace_deleted'
  | 'workspace_undeleted';

/** A path that differs in a task's own copy; of type `none` where it was removed. */
export interface WorktreeChange {
  path: string;
  type: 'file' | 'symlink' | 'directory' | 'none';
}

export type KnownEvent =
  | Envelope<WorkspaceLifeType, { name?: string; reason?: string }>
  | Envelope<'workspace_forked', { workspace: string; through_seq: number }>
  | Envelope<'session_started' | 'session_renewed', { id: string; expires_at: string }>
  | Envelope<'session_expired', { id: string }>
  | Envelope<'checkpoint', { id: string; label?: string; files?: number; bytes?: number }>
  | Envelope<
      'tree_restored',
      { id: string; of: string; before: string; paths: string[]; merged?: boolean }
    >
  | Envelope<
      'worktree_opened',
      { agent: string; from?: string; conflicts?: string[]; changes?: WorktreeChange[] }
    >
  | Envelope<'worktree_edit', { changes: WorktreeChange[] }>
  | Envelope<'worktree_merged', { paths: string[]; before: string }>
  | Envelope<'worktree_discarded', object>
  | Envelope<'hunks_accepted', { path: string; hunks: string[] }>
  | Envelope<'file_edit', FileEditData>
  | Envelope<
      'lock_acquired',
      { path: string; mode: LockMode; token: number | string; holder: string; expires_at: string }
    >
  | Envelope<
      'lock_renewed',
      { path: string; token: number | string; holder: string; expires_at: string }
    >
  | Envelope<
      'lock_released',
      {
        path: string;
        mode: LockMode;
        token: number | string;
        holder: string;
        reason: LockReleaseReason;
      }
    >
  | Envelope<'lock_waiting', { path: string; mode: LockMode; holder: string; waits_for: string[] }>
  | Envelope<
      'lock_wait_ended',
      { path: string; holder: string; reason: 'timeout' | 'deadlock' | 'cancelled' | 'refused' }
    >
  | Envelope<'lock_escalated', LockEscalatedData>
  | Envelope<
      'task_queued',
      {
        agent: string;
        prompt: string;
        priority: number;
        depends_on?: string[];
        budget_usd?: number;
        parent?: string;
        group?: string;
        worktree?: 'merge' | 'keep';
        attempt?: number;
      }
    >
  | Envelope<'task_started', { agent: string; attempt?: number }>
  | Envelope<'task_waiting', { agent: string; for: WaitReason; what?: string }>
  | Envelope<
      'task_resumed',
      { agent: string; for: WaitReason | 'pause'; what?: string; state?: TaskState }
    >
  | Envelope<'task_paused', { agent: string; attempt: number; what: string }>
  | Envelope<'task_requeued', { agent: string; attempt: number; reason?: string }>
  | Envelope<'task_promoted', { agent: string; priority: number }>
  | Envelope<
      'task_moved',
      { agent: string; from?: string; priority: number; before?: string; place?: number[] }
    >
  | Envelope<'task_depends', { agent: string; depends_on: string[] }>
  | Envelope<
      'task_retrying',
      { agent: string; provider: string; attempt: number; delay_ms: number; error: string }
    >
  | Envelope<
      'provider_failover',
      {
        agent: string;
        from: { provider: string; model: string };
        to: { provider: string; model: string };
        kind: string;
        error: string;
      }
    >
  | Envelope<
      'agent_looping',
      { agent: string; shape: string; what: string; step: 'told' | 'failed' }
    >
  | Envelope<
      'agent_stuck',
      { agent: string; doing: string; silent_ms: number; step: 'cut_off' | 'failed' }
    >
  | Envelope<
      'agent_session',
      {
        agent: string;
        session: string;
        how: 'new' | 'loaded' | 'resumed';
        error?: string;
        program?: { name?: string; version?: string };
      }
    >
  | Envelope<'agent_plan', { agent: string; entries: { content?: string; status?: string }[] }>
  | Envelope<
      'context_compacted',
      { agent: string; before: number; after: number; summary?: string }
    >
  | Envelope<
      'file_put_back',
      {
        path: string;
        holder: string;
        put_back: boolean;
        blob?: string;
        moved?: string[];
        error?: string;
      }
    >
  | Envelope<'task_cancel_requested' | 'task_pause_requested', { agent: string }>
  | Envelope<'task_finished', TaskFinishedData>
  | Envelope<
      'agent_state_change',
      { agent: string; from: AgentLifeState; to: AgentLifeState; reason?: string }
    >
  | Envelope<
      'agent_message',
      {
        id: string;
        from: string;
        to: string[];
        text: string;
        kind: 'chat' | 'answer';
        steers?: boolean;
        images?: ImageInfo[];
      }
    >
  | Envelope<'tool_call', ToolCallData>
  | Envelope<
      'conversation_turn',
      {
        agent: string;
        turns: { role: 'user' | 'assistant'; blocks: { type: string }[] }[];
        heeds?: string[];
      }
    >
  | Envelope<'usage_recorded', UsageData>
  | Envelope<'instructions_trusted', { path: string; hash: string }>
  | Envelope<'instructions_distrusted', { path: string }>
  | Envelope<'budget_set', { scope: string; limit_usd?: number }>
  | Envelope<'budget_reserved', { id: string; agent: string; model: string; amount_usd: number }>
  | Envelope<'budget_settled', { id: string; agent: string; unsettled_usd: number; reason: string }>
  | Envelope<'approval_mode_set', { agent?: string; mode?: ApprovalMode }>
  | Envelope<'approval_rules_set', { rules: ApprovalRule[] }>
  | Envelope<'approval_timeout_set', { timeout_s: number }>
  | Envelope<'approval_requested', Omit<ApprovalInfo, 'task'>>
  | Envelope<
      'approval_answered',
      { id: string; agent: string; decision: ApprovalDecision | LockDecision; note?: string }
    >
  | Envelope<
      'approval_expired',
      { id: string; agent: string; decision: ApprovalDecision | LockDecision; reason: string }
    >
  | Envelope<'secret_set' | 'secret_deleted', { name: string }>
  | Envelope<'mcp_server_set', { name: string; server: { command?: string[]; url?: string } }>
  | Envelope<'mcp_server_removed' | 'mcp_signed_in' | 'mcp_signed_out', { name: string }>
  | Envelope<'mcp_unavailable', { agent: string; servers: { name: string; error: string }[] }>
  | Envelope<
      'bus_message',
      { id: string; from: string; to: string[]; topic?: string; text: string }
    >
  | Envelope<'bus_delivered' | 'bus_read', { id: string; to: string }>;

/** An event as it arrives: a newer server may send types this build has never heard of. */
export type WireEvent = Envelope<string, unknown>;

export type EventType = KnownEvent['type'];

const KNOWN: Record<EventType, true> = {
  workspace_created: true,
  workspace_woken: true,
  workspace_asleep: true,
  workspace_deleted: true,
  workspace_undeleted: true,
  workspace_forked: true,
  session_started: true,
  session_renewed: true,
  session_expired: true,
  checkpoint: true,
  tree_restored: true,
  worktree_opened: true,
  worktree_edit: true,
  worktree_merged: true,
  worktree_discarded: true,
  hunks_accepted: true,
  file_edit: true,
  file_put_back: true,
  lock_acquired: true,
  lock_renewed: true,
  lock_released: true,
  lock_waiting: true,
  lock_wait_ended: true,
  lock_escalated: true,
  task_queued: true,
  task_started: true,
  task_waiting: true,
  task_resumed: true,
  task_requeued: true,
  task_promoted: true,
  task_moved: true,
  task_depends: true,
  task_retrying: true,
  provider_failover: true,
  agent_looping: true,
  agent_stuck: true,
  agent_session: true,
  agent_plan: true,
  context_compacted: true,
  task_paused: true,
  task_cancel_requested: true,
  task_pause_requested: true,
  task_finished: true,
  agent_state_change: true,
  agent_message: true,
  tool_call: true,
  conversation_turn: true,
  usage_recorded: true,
  instructions_trusted: true,
  instructions_distrusted: true,
  budget_set: true,
  budget_reserved: true,
  budget_settled: true,
  approval_mode_set: true,
  approval_rules_set: true,
  approval_timeout_set: true,
  approval_requested: true,
  approval_answered: true,
  approval_expired: true,
  secret_set: true,
  secret_deleted: true,
  mcp_server_set: true,
  mcp_server_removed: true,
  mcp_signed_in: true,
  mcp_signed_out: true,
  mcp_unavailable: true,
  bus_message: true,
  bus_delivered: true,
  bus_read: true,
};

/** True for the types this build knows; readers ignore the rest but still count their `seq`. */
export function isKnown(event: WireEvent): event is KnownEvent {
  return Object.hasOwn(KNOWN, event.type);
}

/** Every type that this build knows. */
export const kKnownTypes = Object.keys(KNOWN);
