import { describe as group, expect, it } from 'vitest';

import { describe } from './describe';

const line = (type: string, data: unknown): string =>
  describe({ seq: 1, ts: '2026-11-22T12:00:00.000000Z', type, actor: 'user:ada', data, prev: '' });

group('events of MCP servers', () => {
  it('say what happened to which server', () => {
    const command = { name: 'docs', server: { command: ['npx', 'docs'] } };
    expect(line('mcp_server_set', command)).toBe('MCP server docs: npx docs');
    const url = { name: 'web', server: { url: 'https://example.com/mcp' } };
    expect(line('mcp_server_set', url)).toBe('MCP server web: https://example.com/mcp');
    expect(line('mcp_server_removed', { name: 'web' })).toBe('MCP server web removed');
    expect(line('mcp_signed_in', { name: 'web' })).toBe('signed in to MCP server web');
    expect(line('mcp_signed_out', { name: 'web' })).toBe('signed out of MCP server web');
  });
  it('say which tools a task lacks, and why', () => {
    const servers = [{ name: 'web', error: 'it cannot be reached' }];
    expect(line('mcp_unavailable', { agent: 'claude', servers })).toBe(
      'without the tools of web (it cannot be reached)',
    );
  });
});
