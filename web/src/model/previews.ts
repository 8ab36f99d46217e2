import type { KnownEvent } from '../protocol/events';
import type { Preview } from '../protocol/notifications';
import type { WorkspaceState } from './state';

type Previews = WorkspaceState['previews'];

/** `text` is the whole turn so far, so a dropped preview costs nothing. */
export function withPreview(previews: Previews, preview: Preview): Previews {
  return { ...previews, [preview.task]: { agent: preview.agent, text: preview.text } };
}

/** A preview ends with the message it announced, or with its task. */
export function applyToPreviews(previews: Previews, event: KnownEvent): Previews {
  switch (event.type) {
    case 'agent_message':
    case 'task_finished':
    case 'task_requeued':
    case 'task_retrying':
    case 'provider_failover':
    case 'context_compacted':
      return event.task === undefined ? previews : without(previews, event.task);
    case 'tool_call':
      return event.task !== undefined && event.data.phase === 'started'
        ? without(previews, event.task)
        : previews;
    default:
      return previews;
  }
}

function without(previews: Previews, task: string): Previews {
  if (!Object.hasOwn(previews, task)) return previews;
  const { [task]: _ended, ...rest } = previews;
  return rest;
}
