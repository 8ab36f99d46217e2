// Keeping and bringing back a project of 20,000 files, beside what people do without a studio:
// `git stash create` (which sees tracked files only) and `cp -a` (which copies everything).
//
//   node bench/undo.mjs     prints a table; nothing is asserted but that the trees are right
//
// BENCH_JSON names a file that receives the figures as well, BENCH_FILES says how many files.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { git } from '../lib/repository.mjs';
import { Server, temporaryFolder } from '../lib/server.mjs';
import { treeOf } from '../lib/tree.mjs';
import { Workspace } from '../lib/workspace.mjs';
import { noteLoad, percentile, printHead, report, save } from './figures.mjs';

const kFiles = Number(process.env.BENCH_FILES ?? 20_000);
const kChanged = Math.min(1_000, kFiles);
const kFolderSize = 100;
const kRounds = 3;
const kQuietMs = 700;

const nameOf = (index) => `part${Math.floor(index / kFolderSize)}/file${index}.txt`;
const textOf = (index, version) =>
  `${version} ${index}\n${'some text of a line\n'.repeat(index % 100)}`;

function write(root, count, version) {
  for (let index = 0; index < count; ++index) {
    writeFileSync(path.join(root, nameOf(index)), textOf(index, version));
  }
}

async function measured(name, work, prepare = () => undefined) {
  const times = [];
  for (let round = 0; round < kRounds; ++round) {
    await prepare(round);
    const started = performance.now();
    await work(round);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  report(name, percentile(times, 0.5), 'ms', undefined, { rounds: kRounds, slowest: times.at(-1) });
}

/// Until the server has noticed what was changed beside it: that is no part of a restore.
async function settled(workspace) {
  for (let head = 0, next = await workspace.head(); head !== next;) {
    head = next;
    await sleep(kQuietMs);
    next = await workspace.head();
  }
}

async function studio(folder, server) {
  const source = { kind: 'path', path: path.join(folder, 'origin') };
  const workspace = await Workspace.provision(server, source);
  const root = workspace.projects();
  const keep = () => workspace.call('checkpoints.create', { label: 'bench' });
  const restore = (id) => workspace.call('checkpoints.restore', { id });
  const first = await keep();
  const tree = treeOf(root);
  await measured('checkpoint, nothing changed', keep);
  await measured(`checkpoint, ${kChanged} files changed`, keep, (round) =>
    write(root, kChanged, `round ${round}`),
  );
  await measured(
    `restore, ${kChanged} files changed`,
    () => restore(first.id),
    async (round) => {
      write(root, kChanged, `again ${round}`);
      await settled(workspace);
    },
  );
  assert.deepEqual(treeOf(root), tree);
  write(root, kFiles, 'other');
  await settled(workspace);
  const started = performance.now();
  await restore(first.id);
  report(`restore, all ${kFiles} files changed`, performance.now() - started, 'ms');
  assert.deepEqual(treeOf(root), tree);
}

async function peers(folder) {
  const root = path.join(folder, 'origin');
  const copy = path.join(folder, 'copy');
  const run = (...command) => execFileSync(command[0], command.slice(1), { stdio: 'pipe' });
  await measured(
    'peer: cp -a, the first copy',
    () => run('cp', '-a', root, copy),
    () => rmSync(copy, { recursive: true, force: true }),
  );
  await measured(
    `peer: cp -a back, ${kChanged} files changed`,
    () => run('cp', '-a', `${copy}/.`, root),
    (round) => write(root, kChanged, `copy ${round}`),
  );
  git(root, 'init', '--quiet');
  git(root, 'add', '.');
  git(root, 'commit', '--quiet', '--message', 'all');
  await measured(
    'peer: git stash create, one file changed',
    () => git(root, 'stash', 'create'),
    (round) => write(root, 1, `git ${round}`),
  );
  await measured(
    `peer: git stash create, ${kChanged} files changed`,
    () => git(root, 'stash', 'create'),
    (round) => write(root, kChanged, `git ${round}`),
  );
  await measured(
    `peer: git checkout ., ${kChanged} files changed`,
    () => git(root, 'checkout', '--quiet', '.'),
    (round) => write(root, kChanged, `back ${round}`),
  );
}

const folder = temporaryFolder();
const root = path.join(folder, 'origin');
for (let index = 0; index < kFiles; index += kFolderSize) {
  mkdirSync(path.join(root, path.dirname(nameOf(index))), { recursive: true });
}
write(root, kFiles, 'first');
const server = await Server.start();
try {
  printHead();
  noteLoad();
  await studio(folder, server);
  await peers(folder);
  save();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
