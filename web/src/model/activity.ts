import { isKnown, type KnownEvent, type WireEvent } from '../protocol/events';
import { shortName } from './format';
import { summaryOf } from './markup';
import type { WorkspaceState } from './state';

const kMinuteMs = 60_000;
/** An agent at work of which nothing was heard for so long is worth a look. */
export const kQuietMs = 120_000;

/**
 * Tokens a minute of each agent: what its calls that ended within the last minute have read and
 * written. Agents without any are left out.
 */
export function tokensPerMinute(log: readonly WireEvent[], nowMs: number): Record<string, number> {
  const rates: Record<string, number> = {};
  // Times of the log compare as texts do; reading each as a date takes longer than all the rest.
  const since = new Date(nowMs - kMinuteMs).toISOString();
  for (let index = log.length - 1; index >= 0; index--) {
    const event = log[index];
    if (event === undefined || event.ts < since) break;
    if (!isKnown(event) || event.type !== 'usage_recorded') continue;
    const { agent, input, cached, cache_write, output } = event.data;
    rates[agent] = (rates[agent] ?? 0) + input + cached + cache_write + output;
  }
  return rates;
}

/** For how long each task at work has said nothing; one that waits for something does not count. */
export function quietTasks(
  { log, tasks, previews }: Pick<WorkspaceState, 'log' | 'tasks' | 'previews'>,
  nowMs: number,
): Record<string, number> {
  const open = new Set(
    tasks
      .filter(({ state, id }) => state === 'running' && previews[id] === undefined)
      .map((t) => t.id),
  );
  const quiet: Record<string, number> = {};
  for (let index = log.length - 1; index >= 0 && open.size > 0; index--) {
    const event = log[index];
    if (event?.task === undefined || !open.delete(event.task)) continue;
    const silent = nowMs - Date.parse(event.ts);
    if (silent > kQuietMs) quiet[event.task] = silent;
  }
  return quiet;
}

/** How many things wait for a person: questions, and agents that stand still by themselves. */
export function attentionOf({ approvals, agents }: Pick<WorkspaceState, 'approvals' | 'agents'>) {
  return approvals.length + agents.filter(({ stuck }) => stuck !== undefined).length;
}

export function titleOf(name: string, count: number): string {
  const studio = `${name} · CODITECT Studio`;
  return count === 0 ? studio : `(${count}) ${studio}`;
}

/** What a person wants to be told of while the page is hidden. */
export interface NoticeSettings {
  on: boolean;
  approvals: boolean;
  stuck: boolean;
  finished: boolean;
}

export interface AttentionNotice {
  /** One of the same takes the place of the one before. */
  tag: string;
  title: string;
  body: string;
  opens: 'approvals' | 'agents' | 'task';
  task?: string;
}

/** What `event` is to tell a person who looks elsewhere; null for most. */
export function noticeOf(
  event: WireEvent,
  settings: NoticeSettings,
  { tasks }: Pick<WorkspaceState, 'tasks'>,
): AttentionNotice | null {
  if (!settings.on || !isKnown(event)) return null;
  const task = event.task === undefined ? {} : { task: event.task };
  const prompt = summaryOf(tasks.find(({ id }) => id === event.task)?.prompt ?? '').slice(0, 120);
  switch (event.type) {
    case 'approval_requested':
      if (!settings.approvals) return null;
      return {
        tag: `approval ${event.data.id}`,
        title: `${event.data.agent} asks: ${event.data.kind === 'lock' ? 'a lock' : event.data.tool}`,
        body: event.data.why,
        opens: 'approvals',
      };
    case 'agent_stuck':
      if (!settings.stuck) return null;
      return {
        tag: `stuck ${event.data.agent}`,
        title: `${event.data.agent} is stuck in ${event.data.doing}`,
        body: prompt,
        opens: 'agents',
      };
    case 'task_finished':
      return settings.finished ? ofTheEnd(event, prompt, task) : null;
    default:
      return null;
  }
}

type Finished = Extract<KnownEvent, { type: 'task_finished' }>;

function ofTheEnd(
  { data, task: id = '' }: Finished,
  prompt: string,
  task: { task?: string },
): AttentionNotice | null {
  // Whoever cancels knows it.
  if (data.state === 'cancelled') return null;
  const done = data.state === 'succeeded';
  return {
    tag: `task ${id}`,
    title: done ? `${shortName(data.agent)} is done` : `${shortName(data.agent)} failed`,
    body: done ? prompt : (data.error?.message ?? prompt),
    opens: 'task',
    ...task,
  };
}
