import { kKnownTypes } from '../protocol/events';
import { familyOf } from './describe';

/** What the timeline shows of the log; '' does not filter. */
export interface TimelineFilter {
  agent: string;
  path: string;
  family: string;
}

export const kNoFilter: TimelineFilter = { agent: '', path: '', family: '' };

export function isFiltered({ agent, path, family }: TimelineFilter): boolean {
  return agent !== '' || path !== '' || family !== '';
}

/** The filter as the server's methods take it. */
export function paramsOf({ agent, path, family }: TimelineFilter): {
  agent?: string;
  path?: string;
  types?: string[];
} {
  return {
    ...(agent === '' ? {} : { agent }),
    ...(path === '' ? {} : { path }),
    ...(family === '' ? {} : { types: typesOf(family) }),
  };
}

export function typesOf(family: string): string[] {
  return kKnownTypes.filter((type) => familyOf(type) === family);
}

/** The types that make up the chat, as model/chat folds them. */
export const kChatTypes = [
  'agent_message',
  'tool_call',
  'task_finished',
  'task_retrying',
  'provider_failover',
  'agent_looping',
  'agent_session',
  'agent_stuck',
  'context_compacted',
];
