// The real programs: each does a task offline, against the simulated models, and none of them has a
// key, a network, or another one's file.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startPrograms } from './lib/acp/start.mjs';
import { assertEditsChain, assertLocksPair } from './lib/log.mjs';
import { pause, rehearse, say, tool } from './lib/rehearsal.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';
import { installClis, kFolder } from './clis/install.mjs';

/// How each is started, and what its own tool that writes a file is called.
const kClis = {
  gemini: {
    keys: { command: ['gemini', '--acp'], models: 'gemini' },
    write: (file, text) => tool('write_file', { file_path: file, content: text }),
  },
  kimi: {
    keys: { command: ['kimi', 'acp'], models: 'moonshot', model: 'kimi-k2.7-code' },
    write: (file, text) => tool('Write', { path: file, content: text }),
  },
  claude: {
    keys: { command: ['claude-agent-acp'], models: 'anthropic' },
    write: (file, text) => tool('Write', { file_path: file, content: text }),
  },
  codex: {
    // A model that it has no tools of its own for is given tools by their names.
    keys: { command: ['codex-acp'], models: 'openai', model: 'gpt-4.1' },
    write: (file, text) => {
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => `+${line}`);
      const patch = ['*** Begin Patch', `*** Add File: ${file}`, ...lines, '*** End Patch'];
      return tool('exec_command', { cmd: `apply_patch <<'EOF'\n${patch.join('\n')}\nEOF` });
    },
  },
};

const missing = installClis();
if (missing !== '') console.error(`\nACP: THE REAL PROGRAMS ARE NOT TESTED: ${missing}\n`);

const startClis = (t, names, { others = {}, ...options }) => {
  const all = names.map((name) => [name, { programs: kFolder, ...kClis[name].keys }]);
  return startPrograms(t, { ...Object.fromEntries(all), ...others }, options);
};

test('each real program writes a file, under a lock', { skip: missing || false }, async (t) => {
  const names = Object.keys(kClis);
  const server = await startClis(t, names, { args: ['--simulate-providers'] });
  const workspace = await Workspace.provision(server);
  const tasks = [];
  for (const name of names) {
    const step = kClis[name].write(`/workspace/${name}.txt`, `by ${name}\n`);
    tasks.push(...(await workspace.submit(name, rehearse(step, say(`${name} is done`)))));
  }
  for (const task of await workspace.finished(tasks)) {
    assert.equal(task.state, 'succeeded', JSON.stringify(task));
  }
  const events = await workspace.events();
  assertLocksPair(events);
  assertEditsChain(events);
  for (const name of names) {
    const file = `${name}.txt`;
    assert.equal(await workspace.text(file), `by ${name}\n`);
    const of = (type) => events.filter((each) => each.type === type && each.data.path === file);
    const [edit] = of('file_edit');
    assert.equal(edit.actor, `agent:${name}`);
    const [taken] = of('lock_acquired');
    const released = of('lock_released').at(-1);
    assert.ok(taken.seq < edit.seq && edit.seq < released.seq, `${name} wrote under its lock`);
    const used = events.filter(
      ({ type, data }) => type === 'usage_recorded' && data.agent === name,
    );
    assert.ok(used.length > 0 && used.every(({ data }) => data.simulated && data.output > 0));
    const said = events.filter(
      ({ type, actor }) => type === 'agent_message' && actor === `agent:${name}`,
    );
    assert.ok(
      said.some(({ data }) => data.text.includes(`${name} is done`)),
      `${name} says so`,
    );
  }
});

test('two real programs do not collide in one file', { skip: missing || false }, async (t) => {
  const names = ['claude', 'kimi'];
  const server = await startClis(t, names, { args: ['--simulate-providers'] });
  const workspace = await Workspace.provision(server);
  const tasks = [];
  for (const name of names) {
    const step = kClis[name].write('/workspace/shared.txt', `all of it is by ${name}\n`);
    tasks.push(...(await workspace.submit(name, rehearse(step, say('done')))));
  }
  for (const task of await workspace.finished(tasks)) {
    assert.equal(task.state, 'succeeded', JSON.stringify(task));
  }
  const events = await workspace.events();
  assertLocksPair(events);
  assertEditsChain(events);
  // A program may write aside before it renames: what is locked is the file itself.
  const edits = events.filter(
    ({ type, data }) => type === 'file_edit' && data.path === 'shared.txt',
  );
  const winner = edits[0].actor.replace('agent:', '');
  // Whoever came second was refused by its own program or by ours: it had not seen the file.
  const text = await workspace.text('shared.txt');
  assert.ok(
    names.some((name) => text === `all of it is by ${name}\n`),
    `${winner}: ${text}`,
  );
  for (const edit of edits) {
    const lock = events.findLast(
      ({ type, seq, data }) =>
        type === 'lock_acquired' && seq < edit.seq && data.path === 'shared.txt',
    );
    assert.equal(lock.data.holder, edit.actor, 'it was written by whoever had locked it');
  }
});

test("an agent made with the protocol's own library", { skip: missing || false }, async (t) => {
  const command = ['node', `${kFolder}/sdk_agent.mjs`];
  const server = await startPrograms(t, { library: { command, programs: kFolder } });
  const workspace = await Workspace.provision(server);
  const task = await workspace.run('library', 'write the file');
  assert.equal(task.result, 'by the library\n');
  assert.equal(await workspace.text('library.txt'), 'by the library\n');
  const events = await workspace.events();
  assertLocksPair(events);
  const [edit] = events.filter(({ type }) => type === 'file_edit');
  assert.equal(edit.actor, 'agent:library');
});

test(
  'after a crash of the server they go on in their sessions',
  { skip: missing || false },
  async (t) => {
    const names = ['claude', 'codex', 'kimi'];
    // With a model that has a price: what is reserved for it says that it was asked.
    const codex = { programs: kFolder, command: ['codex-acp'], models: 'openai' };
    const options = { args: ['--simulate-providers'], others: { codex } };
    const server = await startClis(t, names, options);
    const workspace = await Workspace.provision(server);
    const tasks = [];
    for (const name of names) {
      const steps = [say('first'), pause(60_000), say('second')];
      tasks.push(...(await workspace.submit(name, rehearse(...steps))));
    }
    const agentsWith = async (type) => {
      const events = (await workspace.events()).filter((event) => event.type === type);
      return new Set(events.map(({ data }) => data.agent)).size;
    };
    // They have been asked, and have asked their models.
    await eventually(async () => (await agentsWith('agent_session')) === 3, 'sessions', 200_000);
    const calls = async () => (await agentsWith('budget_reserved')) === 3;
    await eventually(calls, 'calls of models', 200_000);
    await server.kill();
    await server.start();
    const sessions = async () =>
      (await workspace.events()).filter(({ type }) => type === 'agent_session');
    await eventually(async () => (await sessions()).length === 6, 'the sessions again', 200_000);
    for (const { data } of (await sessions()).slice(3)) {
      // One that was killed before it had written anything down says so, and begins anew.
      const why = data.error ?? '';
      assert.ok(data.how === 'resumed' || /refused session/.test(why), JSON.stringify(data));
    }
    for (const { id } of tasks) await workspace.call('tasks.cancel', { id });
    for (const task of await workspace.finished(tasks)) assert.equal(task.state, 'cancelled');
  },
);
