// Worktrees: a task that works in a copy of its own, the way of its changes into the project, and
// what becomes of a conflict.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { generator, kSeed } from './lib/random.mjs';
import { editFile, readFile, rehearse, runCommand, say, writeFile } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { Server } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

const submit = async (workspace, agent, prompt, worktree = 'merge') =>
  (await workspace.call('tasks.submit', { agent, prompt, worktree })).tasks[0].id;
const kOver = ['succeeded', 'failed', 'cancelled'];
const ended = (workspace, id) =>
  eventually(async () => {
    const task = await workspace.call('tasks.get', { id });
    return kOver.includes(task.state) ? task : undefined;
  });
const inProject = (workspace, file) => {
  const place = path.join(workspace.projects(), file);
  return existsSync(place) ? readFileSync(place, 'utf8') : undefined;
};
const kBase = 'one\ntwo\nthree\nfour\nfive\n';

test('tasks work apart, in files and commands, and their changes come together by lines', async () => {
  const workspace = await Workspace.provision(server);
  await workspace.create('a.txt', kBase);
  const hold = { pause_ms: 1500 };
  const [first, second] = await Promise.all([
    submit(
      workspace,
      'claude',
      rehearse(readFile('a.txt'), editFile('a.txt', 'one\n', 'ONE\n'), hold, say('done')),
    ),
    submit(
      workspace,
      'kimi',
      rehearse(
        runCommand('sed -i s/five/FIVE/ a.txt && mkdir new && echo made > new/b.txt && ls -a'),
        hold,
        say('done'),
      ),
    ),
  ]);
  const rows = await eventually(async () => {
    const { worktrees } = await workspace.call('worktrees.list');
    return worktrees.length === 2 && worktrees.every(({ changed }) => changed.length > 0)
      ? worktrees
      : undefined;
  });
  assert.equal(inProject(workspace, 'a.txt'), kBase, 'the project is as it was meanwhile');
  assert.deepEqual(
    rows.find(({ task }) => task === second).changed.map((each) => each.path),
    ['a.txt', 'new/b.txt'],
  );
  for (const id of [first, second]) assert.equal((await ended(workspace, id)).state, 'succeeded');
  assert.equal(inProject(workspace, 'a.txt'), 'ONE\ntwo\nthree\nfour\nFIVE\n');
  assert.equal(inProject(workspace, 'new/b.txt'), 'made\n');
  assert.deepEqual((await workspace.call('worktrees.list')).worktrees, []);

  // The log says who did what, and a task's changes can be taken back like any other's.
  const events = await workspace.events();
  const edits = events.filter(({ type }) => type === 'file_edit');
  assert.ok(edits.some(({ actor, task }) => actor === 'agent:kimi' && task === second));
  assert.ok(!events.some(({ type }) => type === 'lock_waiting'));
  await workspace.call('tasks.revert', { id: first });
  assert.equal(inProject(workspace, 'a.txt'), 'one\ntwo\nthree\nfour\nFIVE\n');
});

test('a conflict becomes a task, in a copy that has both sides', async () => {
  const workspace = await Workspace.provision(server);
  await workspace.create('a.txt', kBase);
  const id = await submit(
    workspace,
    'claude',
    rehearse(readFile('a.txt'), editFile('a.txt', 'two', 'claude'), { pause_ms: 800 }, say('done')),
  );
  await eventually(async () => {
    const { worktrees } = await workspace.call('worktrees.list');
    return worktrees[0]?.changed.length === 1;
  });
  // Its agent has something else to do first, so that the new task can be given an answer.
  const other = await submit(workspace, 'claude', rehearse({ pause_ms: 1500 }, say('x')), 'none');
  await workspace.call('tasks.promote', { id: other });
  await workspace.write('a.txt', kBase.replace('two', 'ann'));
  const task = await ended(workspace, id);
  assert.equal(task.state, 'failed');
  assert.equal(task.error.kind, 'conflict');
  assert.match(task.error.message, /a\.txt/);
  const next = /t_\w+/.exec(task.error.hint)[0];
  assert.equal(inProject(workspace, 'a.txt'), kBase.replace('two', 'ann'));
  const { diff } = await workspace.call('worktrees.diff', { task: next });
  assert.match(diff, /\+<<<<<<< the project\n ann\n\+=======\n\+claude\n\+>>>>>>> task/);
  await workspace.call('tasks.steer', {
    id: next,
    text: rehearse(writeFile('a.txt', kBase.replace('two', 'ann and claude')), say('both')),
  });
  const decided = await ended(workspace, next);
  assert.equal(decided.state, 'succeeded', JSON.stringify(decided.error));
  assert.equal(inProject(workspace, 'a.txt'), kBase.replace('two', 'ann and claude'));
});

test('answers of several agents are kept side by side, one is merged, one thrown away', async () => {
  const workspace = await Workspace.provision(server);
  const submitted = await workspace.call('tasks.submit', {
    agents: ['claude', 'gemini'],
    prompt: rehearse(writeFile('answer.txt', 'mine\n'), say('done')),
    worktree: 'keep',
  });
  const [mine, theirs] = submitted.tasks.map(({ id }) => id);
  for (const id of [mine, theirs]) assert.equal((await ended(workspace, id)).state, 'succeeded');
  assert.equal(inProject(workspace, 'answer.txt'), undefined);
  const merged = await workspace.call('worktrees.merge', { task: mine });
  assert.deepEqual([merged.merged, merged.paths], [true, ['answer.txt']]);
  assert.equal(inProject(workspace, 'answer.txt'), 'mine\n');
  await workspace.call('worktrees.discard', { task: theirs });
  await refused(workspace.call('worktrees.merge', { task: theirs }), 'not_found');
  const before = await workspace.call('checkpoints.restore', { id: merged.before });
  assert.equal(before.changed, 1);
  assert.equal(inProject(workspace, 'answer.txt'), undefined);
});

test('refuses what makes no sense, and keeps a copy through a restart', async () => {
  const own = await Server.start();
  try {
    const workspace = await Workspace.provision(own);
    await refused(submit(workspace, 'claude', 'x', 'sometimes'), 'invalid');
    await refused(workspace.call('worktrees.diff', { task: 't_none' }), 'not_found');
    const id = await submit(
      workspace,
      'claude',
      rehearse(writeFile('kept.txt', 'kept\n'), { pause_ms: 60_000 }, say('done')),
      'keep',
    );
    await eventually(async () => {
      const { worktrees } = await workspace.call('worktrees.list');
      return worktrees[0]?.changed.length === 1;
    });
    await refused(workspace.call('worktrees.merge', { task: id }), 'conflict');
    await refused(workspace.call('worktrees.discard', { task: id }), 'conflict');
    await own.kill();
    writeFileSync(
      path.join(workspace.projects(), '..', 'worktrees', id, 'project', 'more.txt'),
      'x',
    );
    await own.restart();
    await workspace.call('tasks.cancel', { id });
    await ended(workspace, id);
    const { worktrees } = await workspace.call('worktrees.list');
    assert.deepEqual(
      worktrees[0].changed.map((each) => each.path),
      ['kept.txt', 'more.txt'],
      'what a command may have left is kept',
    );
    await workspace.call('worktrees.merge', { task: id });
    assert.equal(inProject(workspace, 'kept.txt'), 'kept\n');
    assert.equal(inProject(workspace, 'more.txt'), 'x');
  } finally {
    await own.stop();
  }
});

test('a server that is killed at any moment of it merges once', async () => {
  const own = await Server.start();
  const random = generator(kSeed);
  try {
    const workspace = await Workspace.provision(own);
    let text = kBase;
    await workspace.create('a.txt', text);
    for (let round = 1; round <= 6; ++round) {
      const made = `made-${round}.txt`;
      const id = await submit(
        workspace,
        'claude',
        rehearse(
          runCommand(`sed -i "s/three.*/three ${round}/" a.txt`),
          writeFile(made, 'made\n'),
          say('done'),
        ),
      );
      await sleep(400 * random());
      await own.kill();
      await own.start();
      const task = await ended(workspace, id);
      assert.equal(task.state, 'succeeded', `seed ${kSeed}: ${JSON.stringify(task)}`);
      assert.equal(inProject(workspace, made), 'made\n', `seed ${kSeed}, round ${round}`);
      // A command that was cut off is not run again: its agent is told.
      const after = kBase.replace('three', `three ${round}`);
      assert.ok([text, after].includes(inProject(workspace, 'a.txt')), `seed ${kSeed}`);
      text = inProject(workspace, 'a.txt');
      const events = (await workspace.events()).filter((event) => event.task === id);
      const merged = events.filter(({ type }) => type === 'worktree_merged');
      assert.equal(merged.length, 1, `seed ${kSeed}, round ${round}`);
      const edits = events.filter(({ type, data }) => type === 'file_edit' && data.path === made);
      assert.equal(edits.length, 1, `seed ${kSeed}, round ${round}: it came into the project once`);
    }
    assert.deepEqual((await workspace.call('worktrees.list')).worktrees, []);
  } finally {
    await own.stop();
  }
});
