// Programs that speak the Agent Client Protocol, as agents: what they may, and what is left of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { script, startPrograms } from './lib/acp/start.mjs';
import { assertEditsChain, assertLocksPair } from './lib/log.mjs';
import { Workspace } from './lib/workspace.mjs';

const edits = (events, path) =>
  events.filter((event) => event.type === 'file_edit' && event.data.path === path);
const locks = (events, path) =>
  events.filter(
    (event) => /^lock_(acquired|released)$/.test(event.type) && event.data.path === path,
  );

for (const by of ['client', 'self']) {
  test(`a program writes a file under a lock: ${by}`, async (t) => {
    const server = await startPrograms(t, { worker: {} });
    const workspace = await Workspace.provision(server);
    const [agent] = (await workspace.call('agents.list')).agents;
    assert.deepEqual([agent.name, agent.provider], ['worker', 'acp']);
    const task = await workspace.run(
      'worker',
      script(
        { say: 'I begin. ' },
        { write: { file: 'a/b.txt', text: 'hello\n', by } },
        { say: 'done' },
      ),
    );
    assert.equal(task.result, 'done');
    assert.equal(await workspace.text('a/b.txt'), 'hello\n');
    const events = await workspace.events();
    const [edit] = edits(events, 'a/b.txt');
    assert.equal(edit.actor, 'agent:worker');
    assert.equal(edit.task, task.id);
    const [taken, released] = locks(events, 'a/b.txt');
    assert.equal(taken.data.holder, 'agent:worker');
    assert.ok(
      taken.seq < edit.seq && edit.seq < released.seq,
      'it was written while it was locked',
    );
    assertEditsChain(events);
    assertLocksPair(events);
    const said = events
      .filter((event) => event.type === 'agent_message')
      .map((event) => event.data.text);
    assert.deepEqual(said, ['I begin. ', 'done']);
    const calls = events.filter((event) => event.type === 'tool_call');
    assert.deepEqual(
      calls.map(({ data }) => [data.tool, data.phase, data.ok]),
      [
        ['edit_file', 'started', undefined],
        ['edit_file', 'finished', true],
      ],
    );
    const session = events.find((event) => event.type === 'agent_session');
    assert.equal(session.data.how, 'new');
  });
}
