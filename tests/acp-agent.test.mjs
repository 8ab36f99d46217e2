// `coditect acp`, driven as editors drive it: by the protocol's official SDK, and by acpx.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { coditect } from './lib/command.mjs';
import { rehearse, say, writeFile } from './lib/rehearsal.mjs';
import { cleanEnvironment, kBinary, Server, temporaryFolder } from './lib/server.mjs';
import { eventually, kFinished, Workspace } from './lib/workspace.mjs';
import { installed, missing, newNode } from './mcp/node.mjs';

const kPackages = path.join(path.dirname(fileURLToPath(import.meta.url)), 'acp');
const kAcpx = installed(kPackages, 'acpx', 'dist', 'cli.js');
const kNode = newNode(kPackages);
const kSkip = missing([
  installed(kPackages, '@agentclientprotocol', 'sdk', 'package.json'),
  kAcpx,
  kNode,
]);
const { Editor, kFolder } = kSkip ? {} : await import('./acp/editor.mjs');

async function story(t, options) {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const editor = await Editor.start(t, server, workspace, options);
  return { server, workspace, editor };
}

const code = (wanted) => (error) => {
  assert.equal(error.code, wanted, String(error));
  return true;
};

test('a prompt becomes a task, and its work is shown', { skip: kSkip }, async (t) => {
  const { workspace, editor } = await story(t, { args: ['--agent', 'kimi'] });
  assert.equal(editor.about.protocolVersion, 1);
  assert.equal(editor.about.agentCapabilities.loadSession, true);
  const session = await editor.open();
  const prompt = rehearse(say('I begin.'), writeFile('a.txt', 'by kimi\n'), say('I am done.'));
  assert.deepEqual(await editor.say(session, prompt), { stopReason: 'end_turn' });
  assert.equal(await workspace.text('a.txt'), 'by kimi\n');
  assert.match(editor.text(), /I begin\..*I am done\.$/s);
  const [call] = editor.of('tool_call');
  assert.equal(call.kind, 'edit');
  assert.equal(call.title, 'Write a.txt');
  assert.deepEqual(call.locations, [{ path: `${kFolder}/a.txt` }]);
  const [end] = editor.of('tool_call_update');
  assert.equal(end.toolCallId, call.toolCallId);
  assert.equal(end.status, 'completed');
  const [diff] = end.content;
  assert.deepEqual(diff, { type: 'diff', path: `${kFolder}/a.txt`, newText: 'by kimi\n' });
  const [task] = (await workspace.call('tasks.list')).tasks;
  assert.equal(task.agent, 'kimi');
  assert.match(task.prompt, new RegExp(session));
});

test('the agent knows what was said before', { skip: kSkip }, async (t) => {
  const { workspace, editor } = await story(t);
  const session = await editor.open();
  await editor.say(session, rehearse(say('The answer is 42.')));
  const before = editor.text().length;
  await editor.say(session, rehearse(say('As I said.')));
  assert.equal(editor.text().slice(before), 'As I said.');
  const { tasks } = await workspace.call('tasks.list');
  const second = tasks.find(({ prompt }) => /turn 2\]/.test(prompt));
  assert.match(second.prompt, /> You: The answer is 42\./);
  const other = await editor.open();
  await editor.say(other, rehearse(say('Something else.')));
  const third = (await workspace.call('tasks.list')).tasks.find(({ prompt }) => {
    return prompt.includes(other);
  });
  // Its id, which stands in the prompt, may well have a 42 in it.
  assert.doesNotMatch(third.prompt, /The answer is 42/, 'sessions know nothing of each other');
});

test('a turn is cancelled under way, and nothing happens when idle', { skip: kSkip }, async (t) => {
  const { workspace, editor } = await story(t);
  const session = await editor.open();
  await editor.notify('session/cancel', { sessionId: session });
  await editor.notify('session/cancel', { sessionId: 'acp_none' });
  const turn = editor.say(session, rehearse(say('I begin.'), { pause_ms: 60_000 }, say('never')));
  await eventually(() => editor.text() !== '', 'the agent is at work');
  await assert.rejects(editor.say(session, 'and more'), code(-32600));
  await editor.notify('session/cancel', { sessionId: session });
  assert.deepEqual(await turn, { stopReason: 'cancelled' });
  const [task] = (await workspace.call('tasks.list')).tasks;
  assert.equal(task.state, 'cancelled');
  assert.deepEqual(await editor.say(session, rehearse(say('again'))), { stopReason: 'end_turn' });
  const shown = editor.text();
  const stop = new AbortController();
  const second = editor.say(session, rehearse(say('More.'), { pause_ms: 60_000 }, say('never')), {
    cancellationSignal: stop.signal,
  });
  await eventually(() => editor.text() !== shown, 'the agent is at work again');
  stop.abort();
  await assert.rejects(second, code(-32800));
});

test('what a person has to allow is asked in the editor', { skip: kSkip }, async (t) => {
  const answers = ['allow', 'deny'];
  const { workspace, editor } = await story(t, { answer: () => answers.shift() });
  await workspace.call('approvals.set_policy', { mode: 'ask' });
  const session = await editor.open();
  const prompt = rehearse(writeFile('a.txt', 'a'), writeFile('b.txt', 'b'), say('Done.'));
  assert.equal((await editor.say(session, prompt)).stopReason, 'end_turn');
  assert.equal(await workspace.text('a.txt'), 'a');
  await assert.rejects(workspace.text('b.txt'), /no file/);
  const [question] = editor.questions;
  assert.equal(question.toolCall.toolCallId, editor.of('tool_call')[0].toolCallId);
  assert.deepEqual(
    question.options.map(({ optionId, kind }) => [optionId, kind]),
    [
      ['allow', 'allow_once'],
      ['deny', 'reject_once'],
    ],
  );
  const states = editor.of('tool_call_update').map(({ status }) => status);
  assert.deepEqual(states, ['completed', 'failed']);
});

test('a question that is answered elsewhere is taken back', { skip: kSkip }, async (t) => {
  let taken;
  const answer = (_, signal) => {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        taken = true;
        resolve(undefined);
      });
    });
  };
  const { workspace, editor } = await story(t, { answer });
  await workspace.call('approvals.set_policy', { mode: 'ask' });
  const session = await editor.open();
  const turn = editor.say(session, rehearse(writeFile('a.txt', 'a'), say('Done.')));
  await eventually(() => editor.questions.length === 1, 'the editor is asked');
  const [{ id }] = (await workspace.call('approvals.list')).approvals;
  await workspace.call('approvals.answer', { id, decision: 'allow' });
  assert.equal((await turn).stopReason, 'end_turn');
  assert.equal(await workspace.text('a.txt'), 'a');
  assert.ok(taken, 'the editor shows it no longer');
});

test('cancelling ends a question too', { skip: kSkip }, async (t) => {
  const { workspace, editor } = await story(t, { answer: () => new Promise(() => undefined) });
  await workspace.call('approvals.set_policy', { mode: 'ask' });
  const session = await editor.open();
  const turn = editor.say(session, rehearse(writeFile('a.txt', 'a'), say('Done.')));
  await eventually(() => editor.questions.length === 1, 'the editor is asked');
  await editor.notify('session/cancel', { sessionId: session });
  assert.equal((await turn).stopReason, 'cancelled');
  assert.equal((await workspace.call('approvals.list')).approvals.length, 0);
});

test('a session is found again by another process', { skip: kSkip }, async (t) => {
  const { server, workspace, editor } = await story(t);
  const session = await editor.open();
  await editor.say(session, `First things first\n${rehearse(say('One.'))}`);
  await editor.say(session, rehearse(writeFile('a.txt', 'a'), say('Two.')));
  assert.equal(await editor.close(), 0, editor.errors.join(''));
  const again = await Editor.start(t, server, workspace);
  const { sessions } = await again.request('session/list', { cwd: kFolder });
  assert.equal(sessions.length, 1);
  assert.equal(sessions[0].sessionId, session);
  assert.equal(sessions[0].title, 'First things first');
  const loaded = { sessionId: session, cwd: kFolder, mcpServers: [] };
  await again.request('session/load', loaded);
  assert.match(again.text('user_message_chunk'), /^First things first/);
  assert.equal(again.text(), 'One.Two.');
  assert.equal(again.of('tool_call').length, 1);
  await again.say(session, rehearse(say('Three.')));
  const { tasks } = await workspace.call('tasks.list');
  assert.ok(tasks.some(({ prompt }) => /turn 3\]/.test(prompt) && /> You: Two\./.test(prompt)));
});

test('modes are those of approvals', { skip: kSkip }, async (t) => {
  const { workspace, editor } = await story(t, { args: ['--agent', 'kimi'] });
  const params = { cwd: kFolder, mcpServers: [] };
  const { sessionId, modes } = await editor.request('session/new', params);
  assert.equal(modes.currentModeId, 'full');
  await editor.request('session/set_mode', { sessionId, modeId: 'read-only' });
  assert.equal((await workspace.call('approvals.get_policy')).agents.kimi, 'read-only');
  await eventually(() => editor.of('current_mode_update').length === 1, 'the editor is told');
  await assert.rejects(
    editor.request('session/set_mode', { sessionId, modeId: 'none' }),
    code(-32602),
  );
});

test(
  'what makes no sense is refused, and a task that fails says why',
  { skip: kSkip },
  async (t) => {
    const { editor } = await story(t);
    const sessionId = await editor.open();
    const text = [{ type: 'text', text: 'x' }];
    const image = [{ type: 'image', data: 'AA==', mimeType: 'image/png' }];
    for (const [method, params, wanted] of [
      ['initialize', {}, -32602],
      ['session/new', { mcpServers: [] }, -32602],
      ['session/new', { cwd: 'relative', mcpServers: [] }, -32602],
      ['session/new', { cwd: '/x' }, -32602],
      ['session/prompt', { sessionId }, -32602],
      ['session/prompt', { sessionId, prompt: [] }, -32602],
      ['session/prompt', { sessionId, prompt: image }, -32602],
      ['session/prompt', { sessionId, prompt: ['x'] }, -32602],
      ['session/prompt', { sessionId: 'acp_none', prompt: text }, -32002],
      ['session/load', { sessionId: 'acp_none', cwd: '/x', mcpServers: [] }, -32002],
      ['session/load', { cwd: '/x', mcpServers: [] }, -32602],
      ['session/set_mode', { sessionId: 'acp_none', modeId: 'ask' }, -32002],
      ['session/fork', { sessionId }, -32601],
    ]) {
      await assert.rejects(editor.request(method, params), code(wanted), method);
    }
    const broken = editor.say(sessionId, rehearse({ fail: { status: 400, times: 9 } }));
    await assert.rejects(broken, (error) => {
      assert.equal(error.code, -32603);
      assert.ok(error.data.kind, JSON.stringify(error.data));
      return true;
    });
  },
);

test('an editor that ends cancels what it began', { skip: kSkip }, async (t) => {
  const { workspace, editor } = await story(t);
  const session = await editor.open();
  const turn = editor.say(session, rehearse(say('I begin.'), { pause_ms: 60_000 }, say('never')));
  turn.catch(() => undefined);
  await eventually(() => editor.text() !== '', 'the agent is at work');
  assert.equal(await editor.close(), 0);
  await eventually(async () => {
    const [task] = (await workspace.call('tasks.list')).tasks;
    return kFinished.has(task.state) && task.state === 'cancelled';
  }, 'the task is cancelled');
});

test('the command says what it lacks', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const unknown = await coditect(['acp', workspace.id, '--agent', 'nobody'], { server });
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /no agent 'nobody'[\s\S]*claude/);
  assert.equal((await coditect(['acp', 'nowhere'], { server })).code, 1);
  const broken = await coditect(['acp', workspace.id], { server, input: '{\n' });
  assert.equal(JSON.parse(broken.stdout).error.code, -32700);
  assert.equal(broken.code, 0, broken.stderr);
});

/// Runs acpx with `coditect acp` as its agent, in a home of its own.
async function acpx(server, workspace, home, args) {
  const agent = `${kBinary} acp ${workspace.id}`;
  const child = spawn(kNode, [kAcpx, '--agent', agent, '--cwd', home, '--ttl', '15', ...args], {
    env: cleanEnvironment({
      HOME: home,
      NO_COLOR: '1',
      CODITECT_URL: server.url,
      CODITECT_TOKEN: server.token,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  const out = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => out.push(chunk));
  const [exit] = await once(child, 'close');
  return { code: exit, output: Buffer.concat(out).toString() };
}

test('acpx drives it: turns, allowed and denied, cancelled, modes', { skip: kSkip }, async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const home = temporaryFolder();
  const run = (...args) => acpx(server, workspace, home, args);
  const once1 = await run('exec', rehearse(say('Hello from here.')));
  assert.equal(once1.code, 0, once1.output);
  assert.match(once1.output, /Hello from here\./);
  await workspace.call('approvals.set_policy', { mode: 'ask' });
  const write = (name) => rehearse(writeFile(name, 'x'), say('Done.'));
  const allowed = await run('--approve-all', 'exec', write('a.txt'));
  assert.equal(allowed.code, 0, allowed.output);
  assert.equal(await workspace.text('a.txt'), 'x');
  await run('--deny-all', 'exec', write('b.txt'));
  await assert.rejects(workspace.text('b.txt'), /no file/);
  await workspace.call('approvals.set_policy', { mode: 'full' });
  const made = await run('sessions', 'new');
  assert.equal(made.code, 0, made.output);
  for (const words of ['The first turn.', 'The second turn.']) {
    const turn = await run('prompt', rehearse(say(words)));
    assert.equal(turn.code, 0, turn.output);
    assert.ok(turn.output.includes(words), turn.output);
  }
  const { tasks } = await workspace.call('tasks.list');
  assert.ok(
    tasks.some(({ prompt }) => /turn 2\]/.test(prompt)),
    'one conversation',
  );
});
