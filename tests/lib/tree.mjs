// A folder as it is on the disk: what a checkpoint must bring back, to the byte and the mode.

import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

// What no checkpoint holds.
const kLeftOut = new Set(['.git', 'node_modules']);

/// {path: "file MODE BYTES" | "link TARGET" | "folder"}; a folder only where it is empty.
export function treeOf(root, below = '', found = {}) {
  const names = readdirSync(path.join(root, below)).filter((name) => !kLeftOut.has(name));
  if (names.length === 0 && below !== '') found[below] = 'folder';
  for (const name of names) {
    const inside = below === '' ? name : `${below}/${name}`;
    const status = lstatSync(path.join(root, inside));
    if (status.isDirectory()) treeOf(root, inside, found);
    else found[inside] = describe(path.join(root, inside), status);
  }
  return found;
}

function describe(file, status) {
  if (status.isSymbolicLink()) return `link ${readlinkSync(file)}`;
  const mode = (status.mode & 0o777).toString(8);
  return `file ${mode} ${readFileSync(file).toString('base64')}`;
}
