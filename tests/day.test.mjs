// A day of work: four agents put 200 places of one repository right, beside each other and a
// person, and the repository's own tests decide whether they did.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import { entry, kTasks, makeLibrary, module, right, wrong } from './lib/library.mjs';
import { assertEditsChain, assertLocksPair } from './lib/log.mjs';
import { editFile, kAgents, readFile, rehearse, runCommand, say } from './lib/rehearsal.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { waits } from './lib/waits.mjs';
import { Workspace } from './lib/workspace.mjs';

const kChecksEvery = 8;
const kLogsEvery = 4;
// What an agent could not write because somebody else had just changed the file it does again.
const kRounds = 12;

/// What fails of the tests in `folder`.
const failing = (folder) =>
  execFileSync('sh', ['check.sh'], { cwd: folder }).toString().split('\n').filter(Boolean);

const note = (index) => [
  readFile('CHANGELOG.md'),
  editFile('CHANGELOG.md', '## Unreleased\n', `## Unreleased\n${entry(index)}`),
];

function repair(index) {
  const steps = [readFile(module(index)), editFile(module(index), wrong(index), right(index))];
  if (index % kChecksEvery === 0) steps.push(runCommand(`sh test/add${index}.sh`));
  if (index % kLogsEvery === 0) steps.push(...note(index));
  return rehearse(...steps, say(`add${index} adds`));
}

function figures(events, seconds) {
  const usage = events.filter(({ type }) => type === 'usage_recorded');
  const sum = (name) => usage.reduce((all, { data }) => all + data[name], 0);
  const refused = events.filter(({ type, data }) => type === 'tool_call' && data.ok === false);
  const waited = waits(events);
  return [
    `${seconds.toFixed(1)} s`,
    `${usage.length} calls of models`,
    `${sum('input') + sum('cached') + sum('cache_write')} tokens in, ${sum('cached')} from caches`,
    `${sum('output')} out`,
    `${waited.times} waits for locks, ${waited.ms} ms in all`,
    `${refused.length} edits refused because somebody was quicker`,
  ].join(', ');
}

test('a day of work by four agents ends with a green repository', async (t) => {
  const origin = temporaryFolder();
  makeLibrary(origin);
  assert.equal(failing(origin).length, kTasks - 1, 'adding nothing is right either way');
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server, { kind: 'git', url: `file://${origin}` });
  const began = performance.now();
  const tasks = [];
  for (let index = 0; index < kTasks; ++index) {
    const agent = kAgents[index % kAgents.length];
    tasks.push(...(await workspace.submit(agent, repair(index))));
    // A person works on the same tree.
    if (index % 20 === 0) await workspace.create(`notes/day${index}.md`, `${index} so far\n`);
  }
  for (const task of await workspace.finished(tasks)) {
    assert.equal(task.state, 'succeeded', JSON.stringify(task.error));
  }
  const logged = tasks.map((task, index) => index).filter((index) => index % kLogsEvery === 0);
  let left = logged;
  for (let round = 0; left.length > 0; ++round) {
    assert.ok(round < kRounds, `the changelog still lacks ${left}`);
    const changes = await workspace.text('CHANGELOG.md');
    left = logged.filter((index) => !changes.includes(entry(index)));
    const again = left.map((index) => {
      const agent = kAgents[index % kAgents.length];
      return workspace.submit(agent, rehearse(...note(index), say('noted')));
    });
    await workspace.finished((await Promise.all(again)).flat());
  }
  const seconds = (performance.now() - began) / 1000;
  assert.deepEqual(failing(workspace.projects()), [], 'the repository is green');
  const changes = await workspace.text('CHANGELOG.md');
  for (const index of logged) {
    assert.equal(changes.split(entry(index)).length, 2, `${entry(index)} once`);
  }
  const events = await workspace.events();
  assertLocksPair(events);
  assertEditsChain(events);
  assert.equal(events.filter(({ actor }) => actor === 'user:outside').length, 0);
  t.diagnostic(figures(events, seconds));
});
