import type { ApprovalInfo, ApprovalPolicy, AskedLock } from '../protocol/entities';
import type { KnownEvent } from '../protocol/events';
import { shortName } from './format';

/** What agents are let do, and which secrets there are to be given to them. */
export type ApprovalEvent = Extract<
  KnownEvent,
  { type: `approval_${string}` | `secret_${string}` }
>;

export function isAboutApprovals(event: KnownEvent): event is ApprovalEvent {
  return event.type.startsWith('approval_') || event.type.startsWith('secret_');
}

/** What waits for a person after `event`. */
export function applyToApprovals(open: ApprovalInfo[], event: KnownEvent): ApprovalInfo[] {
  switch (event.type) {
    case 'approval_requested':
      return [...open, { ...event.data, task: event.task ?? '' }];
    case 'approval_answered':
    case 'approval_expired':
      return open.filter((approval) => approval.id !== event.data.id);
    default:
      return open;
  }
}

export function applyToPolicy(policy: ApprovalPolicy, event: KnownEvent): ApprovalPolicy {
  switch (event.type) {
    case 'approval_mode_set': {
      const { agent, mode } = event.data;
      if (agent === undefined) return mode === undefined ? policy : { ...policy, mode };
      const { [agent]: _before, ...others } = policy.agents;
      return { ...policy, agents: mode === undefined ? others : { ...others, [agent]: mode } };
    }
    case 'approval_rules_set':
      return { ...policy, rules: event.data.rules };
    case 'approval_timeout_set':
      return { ...policy, timeout_s: event.data.timeout_s };
    default:
      return policy;
  }
}

/** Who holds what an agent waits for, a line for each lock. */
export function holdersOf({ input }: ApprovalInfo): string[] {
  const locks = (Array.isArray(input['locks']) ? input['locks'] : []) as AskedLock[];
  return locks.map(({ path, holder, works, idle_s }) => {
    const doing = works ? 'at work' : `nothing done with it for ${idle_s} s`;
    return `${shortName(holder)} has ${path} locked: ${doing}`;
  });
}

/** One piece of what an agent asks for, as a person reads it. */
export interface ShownPart {
  label: string;
  text: string;
  /** Of an edit: what goes, and what comes. */
  change?: 'removed' | 'added';
}

/** What the call would do: the command, the edit, or each of its arguments. */
export function shownParts({ tool, input }: ApprovalInfo): ShownPart[] {
  const text = (name: string): string => asText(input[name]);
  switch (tool) {
    case 'run_command': {
      const secrets = asList(input['secrets']).join(', ');
      const given = secrets === '' ? [] : [{ label: 'Secrets that it is given', text: secrets }];
      return [{ label: 'Command', text: text('command') }, ...given];
    }
    case 'git':
      return [{ label: 'Command', text: `git ${asList(input['args']).join(' ')}` }];
    case 'edit_file':
      return [
        { label: 'Removes', text: text('old'), change: 'removed' },
        { label: 'Adds', text: text('new'), change: 'added' },
      ];
    case 'write_file':
      return [{ label: 'Whole content', text: text('text'), change: 'added' }];
    default:
      return Object.entries(input)
        .filter(([name]) => name !== 'path')
        .map(([name, value]) => ({ label: name, text: asText(value) }));
  }
}

function asText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function asList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(asText) : [];
}

/** The line that the log shows of an event. */
export function describeApproval(event: ApprovalEvent): string {
  switch (event.type) {
    case 'approval_mode_set': {
      const { agent, mode } = event.data;
      const whose = agent === undefined ? 'the workspace' : agent;
      return mode === undefined ? `${whose} follows the workspace` : `${whose} is in mode ${mode}`;
    }
    case 'approval_rules_set':
      return event.data.rules.length === 1 ? '1 rule' : `${event.data.rules.length} rules`;
    case 'approval_timeout_set':
      return `asked for at most ${event.data.timeout_s} s`;
    case 'approval_requested':
      return event.data.kind === 'lock'
        ? `a person is asked: ${event.data.why}`
        : `${event.data.agent} asks for ${event.data.tool}: ${event.data.why}`;
    case 'approval_answered': {
      const note = event.data.note === undefined ? '' : `: ${event.data.note}`;
      return `${event.data.decision} for ${event.data.agent}${note}`;
    }
    case 'secret_set':
      return `secret ${event.data.name} is set`;
    case 'secret_deleted':
      return `secret ${event.data.name} is deleted`;
    case 'approval_expired':
      return `${event.data.agent} was not answered (${event.data.reason}): ${event.data.decision}`;
  }
}
