// An agent made with the protocol's own library: it asks, then writes through its client.

import { Readable, Writable } from 'node:stream';

import { agent, methods, ndJsonStream } from '@agentclientprotocol/sdk';

const kFile = '/workspace/library.txt';
const kOptions = [
  { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
];

async function write(client, sessionId) {
  const file = { sessionId, path: kFile };
  const before = await client.request(methods.client.fs.readTextFile, file);
  const content = `${before.content}by the library\n`;
  await client.request(methods.client.fs.writeTextFile, { ...file, content });
  const command = { sessionId, command: 'cat library.txt' };
  const { terminalId } = await client.request(methods.client.terminal.create, command);
  const terminal = { sessionId, terminalId };
  await client.request(methods.client.terminal.waitForExit, terminal);
  const { output } = await client.request(methods.client.terminal.output, terminal);
  await client.request(methods.client.terminal.release, terminal);
  return output;
}

async function prompt({ params: { sessionId }, client }) {
  const update = (what) =>
    client.notify(methods.client.session.update, { sessionId, update: what });
  const toolCall = {
    toolCallId: 'call-1',
    title: 'Write',
    kind: 'edit',
    status: 'pending',
    locations: [{ path: kFile }],
  };
  await update({ sessionUpdate: 'tool_call', ...toolCall });
  const asked = { sessionId, toolCall, options: kOptions };
  const { outcome } = await client.request(methods.client.session.requestPermission, asked);
  const allowed = outcome.outcome === 'selected' && outcome.optionId === 'yes';
  const text = allowed ? await write(client, sessionId) : 'refused';
  await update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
  const status = allowed ? 'completed' : 'failed';
  await update({ sessionUpdate: 'tool_call_update', toolCallId: 'call-1', status });
  return { stopReason: 'end_turn' };
}

agent({ name: 'library' })
  .onRequest(methods.agent.initialize, () => ({ protocolVersion: 1, agentCapabilities: {} }))
  .onRequest(methods.agent.session.new, () => ({ sessionId: 'one' }))
  .onRequest(methods.agent.session.prompt, prompt)
  .connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));
