// Git repositories to provision from.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const kFolders = 12;

/// Text of file `index`: long and short ones, with letters outside ASCII.
function textOf(index) {
  const lines = Array.from({ length: 1 + ((index * 7) % 40) }, (_, line) => {
    return `${index}/${line}: grüße ${'x'.repeat((index + line) % 50)}`;
  });
  return `${lines.join('\n')}\n`;
}

/// Commits `count` files under `folder` and returns {path: text}.
export function makeRepository(folder, count) {
  const files = {};
  for (let index = 0; index < count; ++index) {
    files[`src/part${index % kFolders}/file${index}.txt`] = textOf(index);
  }
  files['README.md'] = '# A repository\n';
  files['empty.txt'] = '';
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '--message', 'Everything');
  return files;
}

export function git(folder, ...args) {
  const who = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.invalid'];
  return execFileSync('git', [...who, ...args], { cwd: folder }).toString();
}
