// The Node that the packages of this folder ask for, and whether they are installed at all.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const kFolder = path.dirname(fileURLToPath(import.meta.url));

/// A program of a package, as a path; undefined where it is not installed.
export function installed(folder, ...parts) {
  const file = path.join(folder, 'node_modules', ...parts);
  return existsSync(file) ? file : undefined;
}

/// Node 22 from the platform's own package, else the one that runs this, where it is new enough.
export function newNode(folder) {
  const [major] = process.versions.node.split('.').map(Number);
  const own = installed(folder, `node-linux-${process.arch}`, 'bin', 'node');
  return own ?? (major >= 22 ? process.execPath : undefined);
}

/// Why a test cannot run, loudly; undefined where it can.
export function missing(files) {
  if (files.every((file) => file !== undefined)) return undefined;
  const why = 'packages of the tests are not installed: run tools/setup';
  console.error(`SKIPPED: ${why}`);
  return why;
}
