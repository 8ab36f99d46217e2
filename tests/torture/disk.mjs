// Disks that fill up and disks that fail: a small tmpfs, and libraries that are loaded into a
// server and come between it and its disk. All need something of the machine; what it does not have
// is said, and those faults are left out.

import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const kHere = path.dirname(fileURLToPath(import.meta.url));
const kCompilers = ['clang++-19', 'clang++', 'c++'];
// A workspace that has ended stays on its node, and so do its forks: a long run leaves more.
const kDiskMiB = 448;
const kDiskMiBPerMinute = 48;
const kBallast = 'ballast';

function attempt(program, args) {
  try {
    execFileSync(program, args, { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return (error.stderr?.toString() || error.message).trim().split('\n')[0];
  }
}

/// A small disk for a run of so many minutes, mounted at `folder`: undefined, or why there is none.
export function mountSmallDisk(folder, minutes) {
  mkdirSync(folder, { recursive: true });
  const size = Math.round(kDiskMiB + minutes * kDiskMiBPerMinute);
  const options = `size=${size}m,mode=0755`;
  const problem = attempt('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  if (problem === undefined) process.on('exit', () => unmount(folder));
  return problem;
}

export function unmount(folder) {
  attempt('umount', ['-l', folder]);
}

/// The library that is made from a source beside this file: {library}, or {problem}.
export function buildLibrary(source, folder) {
  const library = path.join(folder, `${path.parse(source).name}.so`);
  const options = ['-std=c++20', '-shared', '-fPIC', '-O1', '-fvisibility=hidden'];
  const flags = [...options, '-o', library, path.join(kHere, source), '-ldl'];
  const problems = [];
  for (const compiler of kCompilers) {
    const problem = attempt(compiler, flags);
    if (problem === undefined) return { library };
    problems.push(`${compiler}: ${problem}`);
  }
  return { problem: problems.join('; ') };
}

/// Takes every free byte of the disk that `folder` is on. Returns how many it took.
export function fillDisk(folder) {
  const file = openSync(path.join(folder, kBallast), 'a');
  let piece = Buffer.alloc(1 << 20, 0x5a);
  try {
    while (piece.length > 0) piece = writeOrHalve(file, piece);
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

function writeOrHalve(file, piece) {
  try {
    writeSync(file, piece);
    return piece;
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
    return piece.subarray(0, piece.length >> 1);
  }
}

export function freeDisk(folder) {
  const file = path.join(folder, kBallast);
  if (existsSync(file)) rmSync(file);
}
