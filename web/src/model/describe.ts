import { isKnown, type KnownEvent, type WireEvent } from '../protocol/events';
import { describeApproval, isAboutApprovals, type ApprovalEvent } from './approvals';
import { shortName, usd } from './format';
import { describeLock, isAboutLocks, type LockEvent } from './locks';
import { summaryOf } from './markup';
import { describeMcp, isAboutMcp, type McpEvent } from './mcp';
import { describeProgram, isAboutPrograms, type ProgramEvent } from './programs';

/** One line for the log: what happened, without the who and the when. */
export function describe(event: WireEvent): string {
  if (!isKnown(event)) return compact(event.data);
  if (isAboutLocks(event)) return describeLock(event);
  if (isAboutPrograms(event)) return describeProgram(event);
  if (isAboutMcp(event)) return describeMcp(event);
  return isAboutApprovals(event) ? describeApproval(event) : describeKnown(event);
}

function describeKnown(
  event: Exclude<KnownEvent, ApprovalEvent | LockEvent | ProgramEvent | McpEvent>,
): string {
  switch (event.type) {
    case 'task_queued':
    case 'task_started':
    case 'task_resumed':
    case 'task_requeued':
    case 'task_paused':
    case 'task_pause_requested':
    case 'task_cancel_requested':
    case 'task_promoted':
    case 'task_moved':
    case 'task_depends':
    case 'task_waiting':
      return describeCourse(event);
    case 'agent_state_change':
    case 'task_retrying':
    case 'instructions_trusted':
    case 'instructions_distrusted':
    case 'provider_failover':
    case 'agent_looping':
    case 'agent_stuck':
    case 'context_compacted':
    case 'conversation_turn':
      return describeLoop(event);
    case 'task_finished':
      return `${event.data.state}${event.data.error ? `: ${event.data.error.message}` : ''}`;
    case 'agent_message':
      return `to ${event.data.to.join(', ')}: ${summaryOf(event.data.text)}`;
    case 'tool_call':
      return event.data.phase === 'started'
        ? `${event.data.tool} ${compact(event.data.input)}`
        : `${event.data.tool} ${event.data.ok ? 'ok' : 'failed'}`;
    case 'usage_recorded':
      return `${event.data.model}: ${event.data.input + event.data.cached} in, ${event.data.output} out`;
    case 'budget_set':
    case 'budget_reserved':
    case 'budget_settled':
      return describeBudget(event);
    case 'file_edit':
    case 'file_put_back':
    case 'checkpoint':
    case 'tree_restored':
    case 'hunks_accepted':
    case 'worktree_opened':
    case 'worktree_edit':
    case 'worktree_merged':
    case 'worktree_discarded':
      return describeFiles(event);
    case 'bus_message':
      return `to ${event.data.to.join(', ')}: ${summaryOf(event.data.text)}`;
    case 'bus_delivered':
    case 'bus_read':
      return `message ${event.data.id} · ${event.data.to}`;
    case 'workspace_created':
    case 'workspace_woken':
    case 'workspace_asleep':
    case 'workspace_deleted':
    case 'workspace_undeleted':
      return event.data.reason ?? event.data.name ?? '';
    case 'workspace_forked':
      return `from ${event.data.workspace} after event ${event.data.through_seq}`;
    case 'session_started':
    case 'session_renewed':
      return `until ${event.data.expires_at.slice(0, 16).replace('T', ' ')}`;
    case 'session_expired':
      return event.data.id;
    default:
      return assertNever(event);
  }
}

type FileType =
  | 'file_edit'
  | 'file_put_back'
  | 'checkpoint'
  | 'tree_restored'
  | 'hunks_accepted'
  | 'worktree_opened'
  | 'worktree_edit'
  | 'worktree_merged'
  | 'worktree_discarded';

const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;

function describeFiles(event: Extract<KnownEvent, { type: FileType }>): string {
  switch (event.type) {
    case 'file_edit':
      return event.data.op === 'move'
        ? `moved ${event.data.from ?? '?'} → ${event.data.path}`
        : `${PAST[event.data.op]} ${event.data.path}`;
    case 'file_put_back': {
      const { path, holder, put_back, error } = event.data;
      return put_back
        ? `${path} is again as ${shortName(holder)} has locked it`
        : `${path}, which ${shortName(holder)} has locked, was changed: ${error ?? ''}`;
    }
    case 'checkpoint':
      return event.data.label || event.data.id;
    case 'tree_restored': {
      const { paths, of, merged } = event.data;
      return merged === true
        ? `${files(paths.length)} merged, of ${of}`
        : `${files(paths.length)} back, of ${of.replace(/^event:/, 'event ')}`;
    }
    case 'worktree_opened': {
      const { agent, conflicts = [] } = event.data;
      return conflicts.length > 0
        ? `${agent} decides in a copy of its own about ${conflicts.join(', ')}`
        : `${agent} works in a copy of its own`;
    }
    case 'worktree_edit':
      return `in its own copy: ${event.data.changes.map(({ path }) => path).join(', ')}`;
    case 'worktree_merged':
      return `${files(event.data.paths.length)} of its own copy came into the project`;
    case 'worktree_discarded':
      return 'its own copy was thrown away';
    case 'hunks_accepted':
      return `${event.data.hunks.length} of ${event.data.path} accepted`;
  }
}

type CourseType =
  | 'task_queued'
  | 'task_started'
  | 'task_resumed'
  | 'task_requeued'
  | 'task_paused'
  | 'task_pause_requested'
  | 'task_promoted'
  | 'task_moved'
  | 'task_depends'
  | 'task_waiting'
  | 'task_cancel_requested';

function describeCourse(event: Extract<KnownEvent, { type: CourseType }>): string {
  switch (event.type) {
    case 'task_queued':
      return `queued for ${event.data.agent}: ${summaryOf(event.data.prompt)}`;
    case 'task_started':
      return `${event.data.agent} starts`;
    case 'task_waiting':
      return `${event.data.agent} waits for ${event.data.for} ${event.data.what ?? ''}`;
    case 'task_resumed':
      return event.data.for === 'pause'
        ? (event.data.what ?? 'resumed')
        : `${event.data.agent} goes on`;
    case 'task_requeued':
      return `back in ${event.data.agent}’s queue: ${event.data.reason ?? 'interrupted'}`;
    case 'task_paused':
      return event.data.what;
    case 'task_pause_requested':
      return 'pause requested';
    case 'task_cancel_requested':
      return 'cancel requested';
    case 'task_promoted':
    case 'task_moved':
      return describePlace(event);
    case 'task_depends':
      return event.data.depends_on.length === 0
        ? 'waits for no other task'
        : `begins after ${event.data.depends_on.join(', ')}`;
  }
}

type LoopType =
  | 'agent_state_change'
  | 'task_retrying'
  | 'instructions_trusted'
  | 'instructions_distrusted'
  | 'provider_failover'
  | 'agent_looping'
  | 'agent_stuck'
  | 'context_compacted'
  | 'conversation_turn';

/** What became of the loop between a model and its tools. */
function describeLoop(event: Extract<KnownEvent, { type: LoopType }>): string {
  switch (event.type) {
    case 'agent_state_change':
      return `${event.data.agent} ${event.data.from} → ${event.data.to}`;
    case 'task_retrying':
      return `${event.data.provider}: ${event.data.error}; again in ${event.data.delay_ms} ms`;
    case 'instructions_trusted':
      return `${event.data.path} is trusted to instruct agents`;
    case 'instructions_distrusted':
      return `${event.data.path} is no longer trusted`;
    case 'provider_failover':
      return `${event.data.from.model} failed (${event.data.kind}); goes on with ${event.data.to.model}`;
    case 'agent_looping':
      return `${event.data.agent} ${event.data.what}; ${event.data.step}`;
    case 'agent_stuck':
      return `${event.data.agent} was stuck in ${event.data.doing}; ${event.data.step === 'failed' ? 'failed' : 'cut off'}`;
    case 'context_compacted':
      return `${event.data.agent}: conversation cut from about ${event.data.before} to ${event.data.after} tokens`;
    case 'conversation_turn':
      return `${event.data.agent} keeps in mind what was said`;
  }
}

function describeBudget(
  event: Extract<KnownEvent, { type: 'budget_set' | 'budget_reserved' | 'budget_settled' }>,
): string {
  switch (event.type) {
    case 'budget_set':
      return event.data.limit_usd === undefined
        ? `no limit for ${event.data.scope}`
        : `${event.data.scope} may spend ${usd(event.data.limit_usd)}`;
    case 'budget_reserved':
      return `${event.data.model}: at most ${usd(event.data.amount_usd)} set aside`;
    case 'budget_settled':
      return event.data.unsettled_usd > 0
        ? `up to ${usd(event.data.unsettled_usd)} unsettled: ${event.data.reason}`
        : event.data.reason;
  }
}

function describePlace(
  event: Extract<KnownEvent, { type: 'task_promoted' | 'task_moved' }>,
): string {
  if (event.type === 'task_promoted') return `priority ${event.data.priority}`;
  const { agent, from, priority, before } = event.data;
  const where = before === undefined ? `last of priority ${priority}` : `before ${before}`;
  return from === undefined ? where : `from ${from} to ${agent}, ${where}`;
}

const PAST = { create: 'created', write: 'wrote', remove: 'removed' } as const;

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 160);
}

function compact(value: unknown): string {
  return value === undefined ? '' : oneLine(JSON.stringify(value));
}

function assertNever(value: never): never {
  throw new Error(`unhandled event ${JSON.stringify(value)}`);
}

/** The agent an event is about, for filters. */
export function agentOf(event: WireEvent): string {
  const data = event.data;
  if (typeof data === 'object' && data !== null) {
    if ('agent' in data && typeof data.agent === 'string') return data.agent;
    if ('holder' in data && typeof data.holder === 'string') return shortName(data.holder);
  }
  return event.actor.startsWith('agent:') ? shortName(event.actor) : '';
}

const OF_AGENTS = new Set([
  'agent_state_change',
  'agent_looping',
  'agent_stuck',
  'agent_session',
  'agent_plan',
  'context_compacted',
]);

const OF_FILES = new Set([
  'file_edit',
  'file_put_back',
  'checkpoint',
  'tree_restored',
  'hunks_accepted',
  'worktree_opened',
  'worktree_edit',
  'worktree_merged',
  'worktree_discarded',
]);

/** The group of types that the log's filter offers. */
export function familyOf(type: string): string {
  if (type === 'agent_message' || type.startsWith('bus_')) return 'messages';
  if (OF_FILES.has(type)) return 'files';
  if (OF_AGENTS.has(type)) return 'agents';
  if (type === 'tool_call') return 'tools';
  if (type === 'usage_recorded' || type.startsWith('budget_')) return 'cost';
  const cut = type.indexOf('_');
  const stem = cut < 0 ? type : type.slice(0, cut);
  return ['lock', 'task', 'session', 'workspace', 'approval'].includes(stem) ? `${stem}s` : 'other';
}
