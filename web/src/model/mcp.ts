import type { KnownEvent } from '../protocol/events';

export type McpEvent = Extract<KnownEvent, { type: `mcp_${string}` }>;

export function isAboutMcp(event: KnownEvent): event is McpEvent {
  return event.type.startsWith('mcp_');
}

/** One line for the log: what became of a workspace's MCP servers. */
export function describeMcp(event: McpEvent): string {
  switch (event.type) {
    case 'mcp_server_set': {
      const { name, server } = event.data;
      return `MCP server ${name}: ${server.url ?? server.command?.join(' ') ?? ''}`;
    }
    case 'mcp_server_removed':
      return `MCP server ${event.data.name} removed`;
    case 'mcp_signed_in':
      return `signed in to MCP server ${event.data.name}`;
    case 'mcp_signed_out':
      return `signed out of MCP server ${event.data.name}`;
    case 'mcp_unavailable': {
      const why = event.data.servers.map(({ name, error }) => `${name} (${error})`);
      return `without the tools of ${why.join(', ')}`;
    }
  }
}
