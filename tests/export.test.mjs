// A workspace's files, one object each, in a store of their own; tests/peers/gcsfuse.test.mjs
// mounts them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { coditect } from './lib/command.mjs';
import { filesIn, projectsOf } from './lib/folder.mjs';
import { sha256 } from './lib/log.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kCopiedMs = 60_000;
const kTrailerBytes = 71; // docs/formats/objects.md

const contentOf = (object) => object.subarray(0, -kTrailerBytes);

/// What an export has put below projects/ in a folder that is a store.
function exportedIn(target) {
  const objects = [...filesIn(path.join(target, 'objects/projects'))];
  return new Map(objects.map(([file, object]) => [file, contentOf(object)]));
}

async function setUp(t) {
  const folder = temporaryFolder();
  const store = `file://${path.join(folder, 'store')}`;
  const target = path.join(folder, 'files');
  const server = await Server.start(t, { folder, args: ['--store', store] });
  const command = (workspace, ...more) => {
    const where = ['--store', store, '--workspace', workspace.id, '--to', `file://${target}`];
    return coditect(['export', ...where, ...more]);
  };
  /// Exports until the store has all of the workspace's events; the report of the last export.
  const exported = async (workspace) => {
    const head = await workspace.head();
    let report;
    await eventually(
      async () => {
        const done = await command(workspace, '--json');
        if (done.code === 0) report = JSON.parse(done.stdout);
        return report?.through_seq >= head;
      },
      `event ${head} is exported`,
      kCopiedMs,
    );
    return report;
  };
  return { server, target, command, exported };
}

test('coditect export writes each file, then what changes', async (t) => {
  const { server, target, command, exported } = await setUp(t);
  const workspace = await Workspace.provision(server, { kind: 'template', name: 'cpp' });
  await workspace.create('a.txt', 'one\n');
  await workspace.create('gone.txt', 'gone\n');
  await workspace.create('empty.txt', '');
  const local = projectsOf(server, workspace);
  const first = await exported(workspace);
  assert.equal(first.files, filesIn(local).size);
  assert.deepEqual(exportedIn(target), filesIn(local));
  const index = JSON.parse(contentOf(readFileSync(path.join(target, 'objects/export.json'))));
  assert.equal(index.workspace, workspace.id);
  assert.equal(index.files['a.txt'], sha256('one\n'));
  assert.deepEqual(index.changing, []);

  await workspace.write('a.txt', 'two\n');
  const { version } = await workspace.read('gone.txt');
  await workspace.call('files.remove', { path: 'gone.txt', base_version: version });
  await workspace.create('gone.txt/inside.txt', 'a folder by now\n');
  await exported(workspace);
  assert.deepEqual(exportedIn(target), filesIn(local));

  const told = await command(workspace);
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, / 0 written, 0 removed, \d+ unchanged\n/);
  assert.equal(told.stderr, '');
});

test('coditect export keeps off what is not its own', async (t) => {
  const { server, target, command, exported } = await setUp(t);
  const [one, two] = [await Workspace.provision(server), await Workspace.provision(server)];
  await one.create('a.txt', 'of one\n');
  await exported(one);
  await two.create('a.txt', 'of two\n');
  let refused;
  await eventually(
    async () => {
      refused = await command(two);
      assert.notEqual(refused.code, 0);
      return refused.stderr.includes('holds the files of workspace');
    },
    'the other workspace is in the store',
    kCopiedMs,
  );
  assert.match(refused.stderr, /\nhint: /);
  assert.equal(exportedIn(target).get('a.txt').toString(), 'of one\n');
  const nobody = await command({ id: 'ws_none' });
  assert.notEqual(nobody.code, 0);
  assert.match(nobody.stderr, /ws_none/);
});
