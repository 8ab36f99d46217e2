// A server made with the official SDK: what others write theirs with.

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ListRootsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

export function makeServer() {
  const server = new McpServer({ name: 'sdk', version: '1' });
  const numbers = { a: z.number(), b: z.number() };
  server.registerTool(
    'add',
    { description: 'Adds', inputSchema: numbers, outputSchema: { sum: z.number() } },
    ({ a, b }) => ({
      content: [{ type: 'text', text: `${a + b}` }],
      structuredContent: { sum: a + b },
    }),
  );
  const asks = { description: 'Asks back', inputSchema: {} };
  server.registerTool('whoami', asks, async (_, { sendRequest }) => {
    const roots = await sendRequest({ method: 'roots/list' }, ListRootsResultSchema).then(
      () => 'it answers',
      (error) => error.message,
    );
    return { content: [{ type: 'text', text: roots }] };
  });
  return server;
}
