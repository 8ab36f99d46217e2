// The official clients: the one of the sessions (SDK 1) and the one of 2026-07-28 (SDK 2), over
// HTTP and over stdio.

import {
  Client as NewClient,
  StreamableHTTPClientTransport as NewHttp,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as NewStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as oldHttp from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { cleanEnvironment, kBinary } from '../lib/server.mjs';

const kGenerations = {
  session: {
    client: (info) => new OldClient(info, { capabilities: {} }),
    http: oldHttp.StreamableHTTPClientTransport,
    stdio: OldStdio,
  },
  stateless: {
    client: (info) => new NewClient(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
    http: NewHttp,
    stdio: NewStdio,
  },
};

/// Every way to talk to the server.
export const kWays = ['session http', 'session stdio', 'stateless http', 'stateless stdio'];

/// Connects a client by one of kWays, to a path below the server or, for stdio, to a workspace.
export async function connect(
  t,
  server,
  way,
  { workspace, target = `/workspaces/${workspace}/mcp`, name = 'Test Client', args = [] },
) {
  const [generation, wire] = way.split(' ');
  const { client: make, http: Http, stdio: Stdio } = kGenerations[generation];
  const client = make({ name, version: '1' });
  const where = { CODITECT_URL: server.url, CODITECT_TOKEN: server.token };
  const transport =
    wire === 'http'
      ? new Http(new URL(server.url + target), {
          requestInit: { headers: { Authorization: `Bearer ${server.token}` } },
        })
      : new Stdio({
          command: kBinary,
          args: ['mcp', workspace, ...args],
          env: cleanEnvironment(where),
        });
  t.after(() => client.close());
  await client.connect(transport);
  return client;
}

/// Calls a tool; {ok, text, value}.
export async function use(client, name, args = {}, options = undefined) {
  const params = { name, arguments: args };
  const result = await (client instanceof OldClient
    ? client.callTool(params, undefined, options)
    : client.callTool(params, options));
  const text = result.content.map((content) => content.text).join('');
  return { ok: result.isError !== true, text, value: result.structuredContent };
}
