// Several agents at once in one tree: nothing is lost, nothing is interleaved.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertEditsChain, assertLocksPair, sha256 } from './lib/log.mjs';
import { editFile, kAgents, readFile, rehearse, say, writeFile } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kEdits = 25;
// An edit is refused when somebody else changed the file since the agent read it; the agent then
// reads and tries again. A rehearsal cannot decide, so the test hands out what is missing again.
const kRounds = 25;

const slot = (agent, index) => `${agent} ${String(index).padStart(2, '0')}`;
const open = (agent, index) => `[ ] ${slot(agent, index)}`;
const done = (agent, index) => `[x] ${slot(agent, index)}`;

function sharedFile() {
  const indexes = Array.from({ length: kEdits }, (_, index) => index);
  return `${indexes.flatMap((index) => kAgents.map((agent) => open(agent, index))).join('\n')}\n`;
}

const missing = (text, agent) =>
  Array.from({ length: kEdits }, (_, index) => index).filter((index) => {
    return !text.includes(`${done(agent, index)}\n`);
  });

function editing(agent, indexes) {
  const steps = indexes.flatMap((index) => [
    readFile('shared.md'),
    editFile('shared.md', open(agent, index), done(agent, index)),
  ]);
  return rehearse(...steps, say('done'));
}

test('four agents make 25 edits each of one file and of files of their own', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  await workspace.create('shared.md', sharedFile());
  const own = [];
  for (const agent of kAgents) {
    const steps = Array.from({ length: kEdits }, (_, index) => {
      return writeFile(`${agent}/own${index}.txt`, `${slot(agent, index)}\n`);
    });
    own.push(...(await workspace.submit(agent, rehearse(...steps, say('done')))));
  }
  const all = Array.from({ length: kEdits }, (_, index) => index);
  let rounds = 0;
  let left = kAgents.map((agent) => [agent, all]);
  while (left.length > 0 && rounds++ < kRounds) {
    const tasks = [];
    for (const [agent, indexes] of left) {
      tasks.push(...(await workspace.submit(agent, editing(agent, indexes))));
    }
    for (const task of await workspace.finished(tasks)) assert.equal(task.state, 'succeeded');
    const text = await workspace.text('shared.md');
    left = kAgents
      .map((agent) => [agent, missing(text, agent)])
      .filter(([, each]) => each.length > 0);
  }
  t.diagnostic(`every edit was in after ${rounds} round(s)`);
  assert.deepEqual(left, [], 'edits that never went through');
  for (const task of await workspace.finished(own)) assert.equal(task.state, 'succeeded');

  const expected = sharedFile().replaceAll('[ ]', '[x]');
  assert.equal(await workspace.text('shared.md'), expected, 'no line is torn, doubled or lost');
  for (const agent of kAgents) {
    for (const index of all) {
      assert.equal(await workspace.text(`${agent}/own${index}.txt`), `${slot(agent, index)}\n`);
    }
  }
  const events = await workspace.events();
  assertEditsChain(events);
  assertLocksPair(events);
  assertEditsAreWhatTheToolsSaid(events);
  assert.equal(events.filter(isEditOf('shared.md')).at(-1).data.hash, sha256(expected));
});

const isEditOf = (path) => (event) => event.type === 'file_edit' && event.data.path === path;

/// An edit that a tool call reported as done is in the log once, and the other way round.
function assertEditsAreWhatTheToolsSaid(events) {
  const calls = events.filter((event) => event.type === 'tool_call');
  const started = calls.filter(({ data }) => data.phase === 'started' && data.tool === 'edit_file');
  const finished = new Map(
    calls.filter(({ data }) => data.phase === 'finished').map(({ data }) => [data.id, data]),
  );
  const succeeded = started.filter(({ data }) => finished.get(data.id).ok);
  const edits = events.filter((event) => isEditOf('shared.md')(event) && event.data.op === 'write');
  assert.equal(edits.length, succeeded.length);
  assert.equal(edits.length, kAgents.length * kEdits, 'each mark was set once');
  for (const edit of edits) assert.match(edit.actor, /^agent:(claude|gemini|codex|kimi)$/);
}

test('an agent does not overwrite what somebody changed after it had read the file', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  await workspace.create('plan.md', 'one\ntwo\nthree\n');
  const steps = [
    readFile('plan.md'),
    say('reading'),
    { pause_ms: 1500 },
    writeFile('plan.md', 'mine\n'),
    say('done'),
  ];
  const [task] = await workspace.submit('claude', rehearse(...steps));
  await t.test('the read is over', async () => {
    const socket = await workspace.open();
    await socket.attach({ resume_from: 0 });
    await socket.waitForEvent(
      ({ type, data }) => type === 'tool_call' && data.phase === 'finished',
      'the end of the read',
    );
    socket.cut();
  });
  await workspace.write('plan.md', 'one\ntwo, by a person\nthree\n');
  await workspace.finished([task]);
  const text = await workspace.text('plan.md');
  assert.equal(text, 'one\ntwo, by a person\nthree\n', 'the person’s change stands');
  const finished = (await workspace.events()).filter(
    ({ type, task: of, data }) =>
      type === 'tool_call' && of === task.id && data.phase === 'finished',
  );
  const refused = finished.find(({ data }) => data.ok === false);
  assert.ok(refused, 'the write was refused');
  assert.match(JSON.stringify(refused.data.output), /by a person/, 'the other side’s diff is told');
});
