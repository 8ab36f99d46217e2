import type { MessageInfo } from '../protocol/entities';
import type { WireEvent } from '../protocol/events';
import { mergeEvents, mergeMessages } from './chat';
import type { WorkspaceState } from './state';

/** The seq of the oldest event that the log holds; `seq + 1` when it holds none. */
export function firstLogSeq(state: WorkspaceState): number {
  return state.log[0]?.seq ?? state.seq + 1;
}

/** The range to ask `timeline.range` for to get the page before the log, or null at the start. */
export function pageBefore(
  state: WorkspaceState,
  size: number,
): { from: number; limit: number } | null {
  const first = firstLogSeq(state);
  if (first <= 1) return null;
  const from = Math.max(1, first - size);
  return { from, limit: first - from };
}

/**
 * Puts older events before the log. They describe the past: the live parts of the state (locks,
 * tasks, agents) already include them. Events that do not join up with the log are ignored.
 */
export function prependEvents(state: WorkspaceState, events: WireEvent[]): WorkspaceState {
  const first = firstLogSeq(state);
  const older = events.filter((event) => event.seq < first);
  if (older.at(-1)?.seq !== first - 1) return state;
  return {
    ...state,
    log: [...older, ...state.log],
    chat: mergeEvents(state.chat, older, state.log),
  };
}

export function addMessages(state: WorkspaceState, messages: MessageInfo[]): WorkspaceState {
  return { ...state, chat: mergeMessages(state.chat, messages) };
}
