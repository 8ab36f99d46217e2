import type { MessageInfo } from '../protocol/entities';
import { isKnown, type KnownEvent, type ToolCallData, type WireEvent } from '../protocol/events';
import { kChatItemsMax, type ChatItem, type ChatMessage, type ChatTool } from './state';

/** The conversation after `event`: what was said, the tools that were used, what went wrong. */
export function applyToChat(chat: ChatItem[], event: KnownEvent): ChatItem[] {
  const next = step(chat, event);
  return next.length > kChatItemsMax ? next.slice(next.length - kChatItemsMax) : next;
}

function step(chat: ChatItem[], event: KnownEvent): ChatItem[] {
  switch (event.type) {
    case 'agent_message':
      return [...chat, messageOf(event)];
    case 'tool_call':
      return event.data.phase === 'started'
        ? [...chat, toolOf(event, event.data)]
        : toolFinished(chat, event.data);
    case 'task_finished': {
      const { agent, state, error } = event.data;
      if (state === 'succeeded') return chat;
      const text = state === 'failed' ? (error?.message ?? 'the task failed') : 'task cancelled';
      return [...chat, notice(event, agent, text, error?.hint)];
    }
    case 'task_retrying': {
      const { agent, provider, attempt, error } = event.data;
      return [...chat, notice(event, agent, `${provider}: ${error}; trying again (${attempt})`)];
    }
    case 'provider_failover': {
      const { agent, from, to, error } = event.data;
      return [...chat, notice(event, agent, `${from.model}: ${error}; going on with ${to.model}`)];
    }
    case 'agent_looping': {
      const { agent, what, step } = event.data;
      // The task's end says the rest.
      return step === 'told' ? [...chat, notice(event, agent, `${what}; told so`)] : chat;
    }
    case 'agent_stuck': {
      const { agent, doing, silent_ms, step } = event.data;
      const how = `nothing was heard of ${doing} for ${Math.round(silent_ms / 1000)} s`;
      // The task's end says the rest.
      return step === 'cut_off' ? [...chat, notice(event, agent, `${how}; trying again`)] : chat;
    }
    case 'agent_session': {
      const { agent, error } = event.data;
      const how = `its session could not be opened again (${error ?? ''}); it begins anew`;
      return error === undefined ? chat : [...chat, notice(event, agent, how)];
    }
    case 'context_compacted': {
      const { agent, summary } = event.data;
      const how = summary === undefined ? 'old outputs were shortened' : 'it was summed up';
      return [...chat, notice(event, agent, `the conversation became too long; ${how}`)];
    }
    default:
      return chat;
  }
}

function messageOf(event: Extract<KnownEvent, { type: 'agent_message' }>): ChatMessage {
  const { id, from, to, text, kind, images } = event.data;
  return {
    kind: 'message',
    seq: event.seq,
    ts: event.ts,
    id,
    from,
    to,
    text,
    tone: kind,
    ...(images === undefined ? {} : { images }),
    ...taskOf(event),
  };
}

function toolOf(
  event: Extract<KnownEvent, { type: 'tool_call' }>,
  data: { id: string; agent: string; tool: string; input: unknown },
): ChatTool {
  const { id, agent, tool, input } = data;
  return {
    kind: 'tool',
    seq: event.seq,
    ts: event.ts,
    id,
    agent,
    tool,
    input,
    status: 'running',
    ...taskOf(event),
  };
}

type ToolEnd = Extract<ToolCallData, { phase: 'finished' }>;

function toolFinished(chat: ChatItem[], end: ToolEnd): ChatItem[] {
  const index = chat.findLastIndex((item) => item.kind === 'tool' && item.id === end.id);
  const started = chat[index];
  return started?.kind === 'tool' ? chat.with(index, ended(started, end)) : chat;
}

function ended(tool: ChatTool, end: ToolEnd): ChatTool {
  return {
    ...tool,
    status: end.ok ? 'ok' : 'failed',
    output: end.output,
    ...(end.elapsed_ms === undefined ? {} : { elapsed_ms: end.elapsed_ms }),
  };
}

function notice(event: KnownEvent, agent: string, text: string, hint?: string): ChatItem {
  return {
    kind: 'notice' as const,
    seq: event.seq,
    ts: event.ts,
    agent,
    text,
    ...(hint === undefined ? {} : { hint }),
    ...taskOf(event),
  };
}

function taskOf(event: WireEvent): { task?: string } {
  return event.task === undefined ? {} : { task: event.task };
}

/** Adds messages from `messages.list`; those already there are left alone. */
export function mergeMessages(chat: ChatItem[], messages: MessageInfo[]): ChatItem[] {
  const added = messages.map(({ kind, images, ...rest }): ChatMessage => ({
    ...rest,
    kind: 'message',
    tone: kind,
    ...(images ? { images } : {}),
  }));
  return merge(chat, added);
}

/**
 * Adds what `older` events say; items already there are left alone. A tool call of an older page
 * may have finished in `newer`, which the chat saw without knowing the call.
 */
export function mergeEvents(chat: ChatItem[], older: WireEvent[], newer: WireEvent[]): ChatItem[] {
  const known = older.filter(isKnown);
  const merged = merge(chat, known.reduce<ChatItem[]>(step, []));
  const finished = new Map(newer.filter(isKnown).flatMap(finishOf));
  return merged.map((item) => {
    const end = item.kind === 'tool' && item.status === 'running' && finished.get(item.id);
    return end ? ended(item, end) : item;
  });
}

function finishOf(event: KnownEvent): [string, ToolEnd][] {
  return event.type === 'tool_call' && event.data.phase === 'finished'
    ? [[event.data.id, event.data]]
    : [];
}

function merge(chat: ChatItem[], added: ChatItem[]): ChatItem[] {
  const known = new Set(chat.map((item) => item.seq));
  const fresh = added.filter((item) => !known.has(item.seq));
  return fresh.length === 0 ? chat : [...fresh, ...chat].toSorted((a, b) => a.seq - b.seq);
}
