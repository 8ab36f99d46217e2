// Files through the interface: versions, conflicts, history, and changes made behind its back.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { sha256 } from './lib/log.mjs';
import { refused } from './lib/rpc.mjs';
import { rehearse, runCommand, say } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
});
after(() => server?.stop());

const edits = async (file) =>
  (await workspace.events()).filter(({ type, data }) => type === 'file_edit' && data.path === file);

test('created, read, written, moved, removed', async () => {
  const created = await workspace.create('a/one.txt', 'one\n');
  assert.equal(created.version, created.seq, 'a version is the number of the event');
  const { text, version } = await workspace.read('a/one.txt');
  assert.deepEqual({ text, version }, { text: 'one\n', version: created.version });
  const written = await workspace.call('files.write', {
    path: 'a/one.txt',
    text: 'two\n',
    base_version: created.version,
  });
  assert.ok(written.version > created.version);
  assert.equal(readFileSync(path.join(workspace.projects(), 'a/one.txt'), 'utf8'), 'two\n');
  await workspace.call('files.move', { path: 'a/one.txt', to: 'b/two.txt' });
  await refused(workspace.read('a/one.txt'), 'not_found');
  assert.equal(await workspace.text('b/two.txt'), 'two\n');
  await workspace.call('files.remove', { path: 'b/two.txt' });
  await refused(workspace.read('b/two.txt'), 'not_found');
  const [last] = (await edits('b/two.txt')).slice(-1);
  assert.equal(last.data.op, 'remove');
  assert.equal(last.data.hash, '');
  assert.match(last.actor, /^user:/);
});

test('a file that is not text is read as bytes', async () => {
  const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 255, 254]);
  writeFileSync(path.join(workspace.projects(), 'dot.png'), bytes);
  await refused(workspace.read('dot.png'), 'invalid');
  const { base64, size, version } = await workspace.call('files.bytes', { path: 'dot.png' });
  assert.deepEqual(Buffer.from(base64, 'base64'), bytes);
  assert.equal(size, bytes.length);
  assert.ok(version > 0, 'what was found is in the log');
  writeFileSync(path.join(workspace.projects(), 'large.bin'), Buffer.alloc((8 << 20) + 1));
  await refused(workspace.call('files.bytes', { path: 'large.bin' }), 'limit');
  await refused(workspace.call('files.bytes', { path: '../large.bin' }), ['invalid', 'denied']);
  await refused(workspace.call('files.bytes', { path: 'none.png' }), 'not_found');
});

test('a write on top of an old version is a conflict and changes nothing', async () => {
  const { version } = await workspace.create('contested.txt', 'one\n');
  await workspace.call('files.write', {
    path: 'contested.txt',
    text: 'two\n',
    base_version: version,
  });
  const head = await workspace.head();
  for (const base of [version, 0, version + 1000]) {
    const write = { path: 'contested.txt', text: 'three\n', base_version: base };
    await refused(workspace.call('files.write', write), ['conflict', 'invalid'], `base ${base}`);
  }
  assert.equal(await workspace.text('contested.txt'), 'two\n');
  assert.deepEqual(await workspace.changesSince(head), []);
});

test('of many writers on one version exactly one wins', async () => {
  const { version } = await workspace.create('race.txt', 'start\n');
  const attempts = Array.from({ length: 20 }, (_, index) =>
    workspace
      .call('files.write', { path: 'race.txt', text: `${index}\n`, base_version: version })
      .then(
        () => index,
        (error) => {
          assert.ok(['conflict', 'locked'].includes(error.kind), error.message);
          return undefined;
        },
      ),
  );
  const won = (await Promise.all(attempts)).filter((index) => index !== undefined);
  assert.equal(won.length, 1);
  assert.equal(await workspace.text('race.txt'), `${won[0]}\n`);
});

test('what is there is not created, what is not there is not written', async () => {
  await workspace.create('there.txt', 'there\n');
  await refused(workspace.create('there.txt', 'again\n'), 'conflict');
  const absent = { path: 'absent.txt', text: 'x', base_version: 1 };
  await refused(workspace.call('files.write', absent), ['not_found', 'conflict']);
  await refused(workspace.call('files.remove', { path: 'absent.txt' }), 'not_found');
  await refused(workspace.call('files.move', { path: 'absent.txt', to: 'x.txt' }), 'not_found');
  await workspace.create('other.txt', 'other\n');
  await refused(workspace.call('files.move', { path: 'other.txt', to: 'there.txt' }), 'conflict');
  assert.equal(await workspace.text('there.txt'), 'there\n');
  assert.equal(await workspace.text('other.txt'), 'other\n');
});

const kTexts = [
  ['an empty text', ''],
  ['no newline at the end', 'no newline'],
  ['Windows line ends', 'a\r\nb\r\n'],
  ['letters of many languages', 'grüße 世界 👩‍💻 \u0001\n'],
  ['one long line', `${'x'.repeat(200_000)}\n`],
  ['a megabyte', 'line of text\n'.repeat(80_000)],
];

for (const [name, text] of kTexts) {
  test(`${name} comes back as it went in`, async () => {
    const file = `texts/${name}.txt`;
    const { seq } = await workspace.create(file, text);
    assert.equal(await workspace.text(file), text);
    const [event] = await edits(file);
    assert.equal(event.seq, seq);
    assert.equal(event.data.hash, sha256(text));
    assert.equal(event.data.size, Buffer.byteLength(text));
    const changed = `${text}more`;
    await workspace.write(file, changed);
    assert.equal(await workspace.text(file), changed);
    const then = await workspace.call('timeline.file_at', { path: file, seq });
    assert.equal(then.text, text, 'and as it was then');
  });
}

test('9 MB are over the limit for a text', async () => {
  await refused(workspace.create('huge.txt', 'x'.repeat(9 << 20)), ['limit', 'invalid']);
  await refused(workspace.read('huge.txt'), 'not_found');
});

test('the history of a file names every version, who made it and when', async () => {
  await workspace.create('history.txt', 'one\n');
  await workspace.write('history.txt', 'two\n');
  await workspace.write('history.txt', 'three\n');
  const history = await workspace.call('files.history', { path: 'history.txt' });
  assert.deepEqual(
    history.edits.map(({ hash }) => hash),
    ['three\n', 'two\n', 'one\n'].map(sha256),
    'the newest first',
  );
  for (const edit of history.edits) {
    assert.match(edit.actor, /^user:/);
    assert.ok(edit.seq > 0);
    assert.ok(Date.parse(edit.ts));
  }
});

test('the tree can be asked by folder and depth', async () => {
  await workspace.create('tree/x/y/deep.txt', 'deep\n');
  await workspace.create('tree/top.txt', 'top\n');
  const paths = async (params) => {
    const { entries } = await workspace.call('files.tree', params);
    return entries.map((entry) => entry.path).sort();
  };
  const all = await paths({ path: 'tree', depth: 10 });
  assert.ok(all.includes('tree/x/y/deep.txt'), `${all}`);
  const shallow = await paths({ path: 'tree', depth: 1 });
  assert.ok(shallow.includes('tree/top.txt'), `${shallow}`);
  assert.ok(!shallow.includes('tree/x/y/deep.txt'));
  await refused(workspace.call('files.tree', { path: 'no/such' }), 'not_found');
});

test('a change made outside appears as an event', async () => {
  const projects = workspace.projects();
  const lastEdit = (file, fits) =>
    eventually(async () => (await edits(file)).findLast(fits), `an event about ${file}`);
  writeFileSync(path.join(projects, 'outside.txt'), 'one\n');
  const made = await lastEdit('outside.txt', ({ data }) => data.op === 'create');
  assert.equal(made.data.hash, sha256('one\n'));
  writeFileSync(path.join(projects, 'outside.txt'), 'two\n');
  await lastEdit('outside.txt', ({ data }) => data.hash === sha256('two\n'));
  assert.equal(await workspace.text('outside.txt'), 'two\n');
  mkdirSync(path.join(projects, 'new/folder'), { recursive: true });
  writeFileSync(path.join(projects, 'new/folder/file.txt'), 'deep\n');
  await lastEdit('new/folder/file.txt', ({ data }) => data.hash === sha256('deep\n'));
  renameSync(path.join(projects, 'outside.txt'), path.join(projects, 'renamed.txt'));
  await lastEdit('renamed.txt', ({ data }) => data.hash === sha256('two\n'));
  rmSync(path.join(projects, 'renamed.txt'));
  await lastEdit('renamed.txt', ({ data }) => data.op === 'remove');
  await refused(workspace.read('renamed.txt'), 'not_found');
});

test('a change made while the server was away is found when it is back', async () => {
  await workspace.create('away.txt', 'before\n');
  const file = path.join(workspace.projects(), 'away.txt');
  await server.stop();
  writeFileSync(file, 'changed while nobody looked\n');
  await server.start();
  const text = 'changed while nobody looked\n';
  await eventually(
    async () => (await edits('away.txt')).at(-1).data.hash === sha256(text),
    'the change in the log',
  );
  assert.equal(await workspace.text('away.txt'), text);
});

test('what a command of a task changes is in the log under the task’s name', async () => {
  const command = 'echo made > made.txt && mkdir -p d && echo in > d/in.txt';
  const task = await workspace.run('codex', rehearse(runCommand(command), say('done')));
  for (const file of ['made.txt', 'd/in.txt']) {
    const edit = await eventually(async () => (await edits(file)).at(-1), `an event about ${file}`);
    assert.equal(edit.actor, `process:${task.id}`, file);
    assert.equal(edit.task, task.id);
  }
  assert.equal(await workspace.text('made.txt'), 'made\n');
});

test('a command of a task sees neither the server’s keys nor the files outside', async () => {
  const probe =
    'env; ls -d ../../databases ../databases; ls /root; cat /proc/1/environ | tr "\\0" "\\n"; true';
  const task = await workspace.run('codex', rehearse(runCommand(probe), say('done')));
  const calls = (await workspace.events()).filter(
    ({ type, task: of, data }) =>
      type === 'tool_call' && of === task.id && data.phase === 'finished',
  );
  const output = JSON.stringify(calls.map(({ data }) => data.output));
  assert.ok(!output.includes(server.token), 'the token');
  assert.doesNotMatch(output, /API_KEY|CODITECT_TOKEN|sessions\.db/);
});
