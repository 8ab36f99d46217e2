// What a mounted export costs its readers: the working copy of a workspace, and beside it the same
// files through the real gcsfuse, from an emulator on the same machine. A store at the other end of
// a network adds its round trip to each figure called cold: what was not read since it was mounted,
// or since the kernel was told to forget it. Names and sizes are known when files are read.
//
//   node bench/gcsfuse.mjs     prints a table; nothing is asserted
//
// BENCH_JSON names a file that receives the figures as well.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { coditect } from '../lib/command.mjs';
import { projectsOf } from '../lib/folder.mjs';
import { git, makeRepository } from '../lib/repository.mjs';
import { Server, temporaryFolder } from '../lib/server.mjs';
import { eventually, Workspace } from '../lib/workspace.mjs';
import { Mount, whyNotMounted } from '../peers/gcsfuse.mjs';
import { kBucket, startGcs } from '../peers/serve.mjs';
import { kFull, note, noteLoad, percentile, printHead, report, save } from './figures.mjs';

const kFiles = kFull ? 5_000 : 500;
const kCopiedMs = 120_000;
const kCacheSeconds = 600;

/// Paths of the files of the project, the repository apart.
function projectFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => !file.startsWith('.git'))
    .map((file) => path.join(folder, file))
    .filter((file) => statSync(file).isFile());
}

function milliseconds(work) {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function gitStatus(folder) {
  const options = ['-c', 'core.fileMode=false', '-c', 'safe.directory=*', '--no-optional-locks'];
  return milliseconds(() => git(folder, ...options, 'status', '--porcelain'));
}

function readAll(files) {
  return files
    .map((file) => milliseconds(() => readFileSync(file)))
    .sort((one, other) => one - other);
}

/// Has the kernel forget what it holds of the files themselves, and of no others.
function dropFromCache(folder) {
  const each = 'dd if="$1" iflag=nocache count=0 status=none';
  spawnSync('find', [folder, '-type', 'f', '-exec', 'sh', '-c', each, 'sh', '{}', ';']);
}

/// The figures of the mount, each beside the working copy's.
function compare(name, unit, mounted, local) {
  report(name, mounted, unit, undefined, {
    local,
    beside: `working copy ${local.toFixed(2)} ${unit}`,
  });
}

function compareReads(name, mounted, local) {
  for (const [label, share] of Object.entries({ p50: 0.5, p99: 0.99 })) {
    compare(`${name}, ${label}`, 'ms', percentile(mounted, share), percentile(local, share));
  }
}

/// A workspace with a repository, as a server's working copy and exported to files/.
async function prepare(folder, port) {
  const env = { STORAGE_EMULATOR_HOST: `http://127.0.0.1:${port}` };
  const store = `gs://${kBucket}/copy`;
  const server = new Server(folder, { args: ['--store', store], env });
  await server.start();
  makeRepository(path.join(folder, 'source'), kFiles);
  const source = { kind: 'git', url: `file://${path.join(folder, 'source')}` };
  const workspace = await Workspace.provision(server, source);
  await workspace.http('POST', '/sleep');
  const args = ['export', '--store', store, '--workspace', workspace.id];
  args.push('--to', `gs://${kBucket}/files`, '--json');
  const exported = async () => {
    const done = await coditect(args, { env });
    return done.code === 0 && JSON.parse(done.stdout).files > kFiles + 10;
  };
  await eventually(exported, 'the workspace is in the store', kCopiedMs);
  const again = performance.now();
  await coditect(args, { env });
  report(`export, ${kFiles} files, none changed`, performance.now() - again, 'ms');
  return { server, local: projectsOf(server, workspace) };
}

async function main() {
  const folder = temporaryFolder();
  const { child, port } = await startGcs();
  process.on('exit', () => child.kill('SIGKILL'));
  printHead();
  noteLoad();
  const { server, local } = await prepare(folder, port);
  const at = path.join(folder, 'mount');
  const mount = new Mount({ port, prefix: 'files/projects', at, ttlSeconds: kCacheSeconds });
  try {
    const localFiles = projectFiles(local);
    dropFromCache(local);
    const localStatus = [gitStatus(local), gitStatus(local)];
    dropFromCache(local);
    const localReads = [readAll(localFiles), readAll(localFiles)];

    await mount.start();
    const mountedStatus = [gitStatus(at), gitStatus(at)];
    await mount.stop();
    await mount.start(); // forgets everything
    const mountedFiles = projectFiles(at);
    const mountedReads = [readAll(mountedFiles), readAll(mountedFiles)];
    note(`${mountedFiles.length} files in the mount, ${localFiles.length} in the working copy`);

    compare('git status, cold', 'ms', mountedStatus[0], localStatus[0]);
    compare('git status, cached', 'ms', mountedStatus[1], localStatus[1]);
    compareReads('read a file, cold', mountedReads[0], localReads[0]);
    compareReads('read a file, cached', mountedReads[1], localReads[1]);
  } finally {
    await mount.stop();
    await server.stop();
    child.kill('SIGKILL');
  }
}

const why = whyNotMounted();
if (why) console.error(`bench: !!! gcsfuse NOT MEASURED: ${why} !!!`);
else await main();
save();
