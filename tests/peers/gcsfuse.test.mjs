// What `coditect export` writes, as the real gcsfuse shows it.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { coditect } from '../lib/command.mjs';
import { filesIn, projectsOf } from '../lib/folder.mjs';
import { git, makeRepository } from '../lib/repository.mjs';
import { Server, temporaryFolder } from '../lib/server.mjs';
import { eventually, Workspace } from '../lib/workspace.mjs';
import { Mount, whyNotMounted } from './gcsfuse.mjs';
import { kBucket, startGcs } from './serve.mjs';

const kFiles = 60;
const kCopiedMs = 60_000;
const skip = whyNotMounted();
if (skip) console.error(`peers: !!! NOT TESTED with gcsfuse: ${skip} !!!`);

/// The mount shows the same files, and besides only what keeps git's empty folders.
function assertSame(mounted, local) {
  const keepers = [...mounted.keys()].filter((file) => /(^|\/)\.git\/.*\.empty$/.test(file));
  for (const keeper of keepers) {
    assert.equal(mounted.get(keeper).length, 0);
    mounted.delete(keeper);
  }
  assert.deepEqual([...mounted.keys()], [...local.keys()]);
  for (const [file, content] of local) {
    assert.ok(content.equals(mounted.get(file)), `${file} differs`);
  }
}

function status(folder) {
  const quietly = ['-c', 'core.fileMode=false', '-c', 'safe.directory=*', '--no-optional-locks'];
  return git(folder, ...quietly, 'status', '--porcelain');
}

/// A store, a server that copies to it, and a command that exports from it to FOLDER of the bucket.
async function setUp(t) {
  const folder = temporaryFolder();
  const { child, port } = await startGcs();
  const gone = () => child.kill('SIGKILL');
  process.on('exit', gone);
  const env = { STORAGE_EMULATOR_HOST: `http://127.0.0.1:${port}` };
  const store = `gs://${kBucket}/copy`;
  const server = await Server.start(t, { folder, args: ['--store', store], env });
  t.after(gone); // behind the server, which copies what is left as it ends
  /// The report; an error where the command fails.
  const exportTo = async (workspace, to) => {
    const from = ['--store', store, '--workspace', workspace.id];
    const done = await coditect(['export', ...from, '--to', `gs://${kBucket}/${to}`, '--json'], {
      env,
    });
    if (done.code !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout);
  };
  /// The same once the store has what `whole(report)` asks for.
  const exportWhen = async (workspace, to, whole) => {
    let last;
    const tried = async () => {
      last = await exportTo(workspace, to).catch((error) => error);
      return !(last instanceof Error) && whole(last);
    };
    await eventually(tried, 'the store has it', kCopiedMs).catch((error) => {
      throw new Error(`${error.message}; last: ${last.message ?? JSON.stringify(last)}`);
    });
    return last;
  };
  return { folder, port, server, exportTo, exportWhen };
}

/// A repository with what an object cannot be: an executable, a link, an empty folder.
function makeOddRepository(folder) {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'run.sh'), '#!/bin/sh\n');
  chmodSync(path.join(folder, 'run.sh'), 0o755);
  writeFileSync(path.join(folder, 'large.bin'), Buffer.alloc(9_000_000, 'content '));
  symlinkSync('README.md', path.join(folder, 'link.md'));
  makeRepository(folder, kFiles);
}

test('gcsfuse shows what coditect export wrote', { skip }, async (t) => {
  const { folder, port, server, exportTo, exportWhen } = await setUp(t);
  makeOddRepository(path.join(folder, 'source'));
  const source = { kind: 'git', url: `file://${path.join(folder, 'source')}` };
  const workspace = await Workspace.provision(server, source);
  await workspace.create('notes/new.txt', 'written in the workspace\n');
  const local = projectsOf(server, workspace);
  git(local, 'pack-refs', '--all'); // leaves folders without a file, which git wants to see
  const expected = filesIn(local);
  await workspace.http('POST', '/sleep');
  const whole = ({ files }) => files >= expected.size;
  const report = await exportWhen(workspace, 'files', whole);
  assert.deepEqual(report.links, ['link.md']);
  assert.ok(report.executables >= 1);
  assert.deepEqual(report.refused, []);

  const at = path.join(folder, 'mount');
  const mount = new Mount({ port, prefix: 'files/projects', at });
  await mount.start();
  t.after(() => mount.stop());
  assertSame(filesIn(at), expected);
  assert.throws(() => writeFileSync(path.join(at, 'mine.txt'), 'x'), { code: 'EROFS' });
  const gitAt = (...args) => git(at, '-c', 'safe.directory=*', ...args).trim();
  assert.equal(gitAt('log', '--format=%s'), 'Everything');
  assert.equal(gitAt('branch', '--format=%(refname)'), 'refs/heads/main');
  gitAt('fsck', '--strict');
  assert.deepEqual(status(at).trim().split('\n'), ['D link.md', '?? notes/']);

  // What changes is written and seen; nothing else is written.
  await workspace.write('README.md', '# Changed\n');
  await exportWhen(workspace, 'files', (next) => next.through_seq > report.through_seq);
  assert.equal(readFileSync(path.join(at, 'README.md'), 'utf8'), '# Changed\n');
  const again = await exportTo(workspace, 'files');
  assert.equal(again.put + again.removed, 0);
  assertSame(filesIn(at), filesIn(local));
});

test('an export is a folder of its own workspace', { skip }, async (t) => {
  const { server, exportTo, exportWhen } = await setUp(t);
  const [one, two] = [await Workspace.provision(server), await Workspace.provision(server)];
  await one.create('a.txt', 'a\n');
  await exportWhen(one, 'one', ({ files }) => files === 1);
  await exportWhen(two, 'two', () => true);
  await assert.rejects(exportTo(two, 'one'), /holds the files of workspace/);
});
