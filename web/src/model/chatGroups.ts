import type { ChatItem, ChatMessage, ChatNotice, ChatTool } from './state';

export type ChatGroup =
  | { kind: 'message'; key: string; item: ChatMessage }
  | { kind: 'notice'; key: string; item: ChatNotice }
  | { kind: 'tools'; key: string; agent: string; items: ChatTool[] };

/**
 * Folds the tool calls between two messages of a task into one group, at the place of the first,
 * even when several agents speak in turns.
 */
export function groupChat(items: ChatItem[]): ChatGroup[] {
  const groups: ChatGroup[] = [];
  const open = new Map<string, ChatTool[]>();
  for (const item of items) {
    const owner = item.task ?? ('agent' in item ? item.agent : '');
    if (item.kind !== 'tool') {
      open.delete(owner);
      groups.push({ kind: item.kind, key: `${item.kind}${item.seq}`, item } as ChatGroup);
      continue;
    }
    const running = open.get(owner);
    if (running !== undefined) {
      running.push(item);
      continue;
    }
    const tools = [item];
    open.set(owner, tools);
    groups.push({ kind: 'tools', key: `tools${item.seq}`, agent: item.agent, items: tools });
  }
  return groups;
}
