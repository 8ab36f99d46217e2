import type { KnownEvent } from '../protocol/events';

/** What is told of agents that are programs of their own. */
export type ProgramEvent = Extract<KnownEvent, { type: 'agent_session' | 'agent_plan' }>;

export function isAboutPrograms(event: KnownEvent): event is ProgramEvent {
  return event.type === 'agent_session' || event.type === 'agent_plan';
}

/** One line for the log. */
export function describeProgram(event: ProgramEvent): string {
  if (event.type === 'agent_session') {
    const { agent, how, program, error } = event.data;
    const name = program?.name ?? agent;
    if (error !== undefined) return `${name} begins anew: ${error}`;
    return how === 'new' ? `${name} begins a session` : `${name} goes on in its session`;
  }
  const { agent, entries } = event.data;
  const done = entries.filter((entry) => entry.status === 'completed').length;
  const now = entries.find((entry) => entry.status === 'in_progress')?.content;
  return `${agent} has done ${done} of ${entries.length} steps${now === undefined ? '' : `: ${now}`}`;
}
