// An editor made of the protocol's official SDK, with `coditect acp` as its agent.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';

import { client, methods, ndJsonStream, PROTOCOL_VERSION } from '@agentclientprotocol/sdk';

import { cleanEnvironment, kBinary } from '../lib/server.mjs';

export const kFolder = '/editor/project';

/// Starts an editor that answers questions by `answer(request)`: an option's id, or undefined to
/// cancel. The agent ends when the test does.
export class Editor {
  static async start(t, server, workspace, { args = [], answer = () => 'allow', env = {} } = {}) {
    const editor = new Editor();
    editor.process = spawn(kBinary, ['acp', workspace.id, ...args], {
      env: cleanEnvironment({ CODITECT_URL: server.url, CODITECT_TOKEN: server.token, ...env }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    editor.errors = [];
    editor.process.stderr.on('data', (chunk) => editor.errors.push(chunk.toString()));
    editor.exited = once(editor.process, 'exit').then(([code]) => code);
    t.after(() => editor.process.kill('SIGKILL'));
    editor.updates = [];
    editor.questions = [];
    const app = client({ name: 'editor' })
      .onNotification(methods.client.session.update, ({ params }) => {
        editor.updates.push({ session: params.sessionId, ...params.update });
      })
      .onRequest(methods.client.session.requestPermission, async ({ params, signal }) => {
        editor.questions.push(params);
        const optionId = await answer(params, signal);
        const outcome = optionId ? { outcome: 'selected', optionId } : { outcome: 'cancelled' };
        return { outcome };
      });
    const input = Writable.toWeb(editor.process.stdin);
    editor.connection = app.connect(ndJsonStream(input, Readable.toWeb(editor.process.stdout)));
    editor.agent = editor.connection.agent;
    editor.about = await editor.agent.request(methods.agent.initialize, {
      protocolVersion: PROTOCOL_VERSION,
      clientCapabilities: { fs: { readTextFile: true, writeTextFile: true } },
    });
    return editor;
  }

  async open() {
    const params = { cwd: kFolder, mcpServers: [] };
    const { sessionId } = await this.agent.request(methods.agent.session.new, params);
    return sessionId;
  }

  /// Says something; the answer of session/prompt.
  say(sessionId, text, options = undefined) {
    const params = { sessionId, prompt: [{ type: 'text', text }] };
    return this.agent.request(methods.agent.session.prompt, params, options);
  }

  request(method, params) {
    return this.agent.request(method, params);
  }

  notify(method, params) {
    return this.agent.notify(method, params);
  }

  /// What was shown of one kind: "agent_message_chunk" as one text.
  text(kind = 'agent_message_chunk') {
    const chunks = this.updates.filter(({ sessionUpdate }) => sessionUpdate === kind);
    return chunks.map(({ content }) => content.text).join('');
  }

  of(kind) {
    return this.updates.filter(({ sessionUpdate }) => sessionUpdate === kind);
  }

  /// Closes the agent's input, as an editor that ends does; its exit code.
  async close() {
    this.process.stdin.end();
    return this.exited;
  }
}
