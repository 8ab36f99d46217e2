// An agent made with the protocol's own library: it asks, then writes through its client.

import { Readable, Writable } from 'node:stream';

import { AgentSideConnection, ndJsonStream } from '@agentclientprotocol/sdk';

class Agent {
  constructor(client) {
    this.client = client;
  }
  async initialize() {
    return { protocolVersion: 1, agentCapabilities: { loadSession: false } };
  }
  async newSession() {
    return { sessionId: 'one' };
  }
  async authenticate() {
    return {};
  }
  async cancel() {}
  async prompt({ sessionId }) {
    const file = '/workspace/library.txt';
    const toolCall = {
      toolCallId: 'call-1',
      title: 'Write',
      kind: 'edit',
      status: 'pending',
      locations: [{ path: file }],
    };
    await this.client.sessionUpdate({
      sessionId,
      update: { sessionUpdate: 'tool_call', ...toolCall },
    });
    const { outcome } = await this.client.requestPermission({
      sessionId,
      toolCall,
      options: [
        { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
        { optionId: 'no', name: 'No', kind: 'reject_once' },
      ],
    });
    const allowed = outcome.outcome === 'selected' && outcome.optionId === 'yes';
    if (allowed) {
      const before = await this.client.readTextFile({ sessionId, path: file });
      const content = `${before.content}by the library\n`;
      await this.client.writeTextFile({ sessionId, path: file, content });
      const terminal = await this.client.createTerminal({ sessionId, command: 'cat library.txt' });
      await terminal.waitForExit();
      const { output } = await terminal.currentOutput();
      await terminal.release();
      await this.client.sessionUpdate({
        sessionId,
        update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: output } },
      });
    }
    const status = allowed ? 'completed' : 'failed';
    await this.client.sessionUpdate({
      sessionId,
      update: { sessionUpdate: 'tool_call_update', toolCallId: 'call-1', status },
    });
    return { stopReason: 'end_turn' };
  }
}

const stream = ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin));
new AgentSideConnection((client) => new Agent(client), stream);
