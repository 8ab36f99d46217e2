// Folders as they are on disk.

import assert from 'node:assert/strict';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/// Contents by path of all files below a folder, links apart.
export function filesIn(folder, below = '') {
  const files = new Map();
  for (const name of readdirSync(path.join(folder, below)).sort()) {
    const file = path.join(below, name);
    const status = lstatSync(path.join(folder, file));
    if (status.isDirectory()) for (const each of filesIn(folder, file)) files.set(...each);
    if (status.isFile()) files.set(file, readFileSync(path.join(folder, file)));
  }
  return files;
}

/// Where a server keeps the files of a workspace.
export function projectsOf(server, workspace) {
  const end = `/workspaces/${workspace.id}/projects`;
  const found = readdirSync(server.data, { recursive: true }).find((file) => file.endsWith(end));
  assert.ok(found, 'the workspace has no folder');
  return path.join(server.data, found);
}
