// A repository of 240 shell functions, of which 200 compute something wrong, with a test for each.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { git } from './repository.mjs';

export const kTasks = 200;
const kModules = 240;

const broken = (index) => index < kTasks;
export const wrong = (index) => `  echo "$(($1 - ${index}))"\n`;
export const right = (index) => `  echo "$(($1 + ${index}))"\n`;
export const module = (index) => `lib/part${index % 8}/add${index}.sh`;
export const entry = (index) => `- add${index} adds\n`;

/// A library of shell functions, a test for each, and a program that runs the tests.
export function makeLibrary(folder) {
  const write = (name, text) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  for (let index = 0; index < kModules; ++index) {
    const body = broken(index) ? wrong(index) : right(index);
    write(module(index), `# Adds ${index} to its argument.\nadd${index}() {\n${body}}\n`);
    const expected = 1000 + index;
    write(
      `test/add${index}.sh`,
      `. ./${module(index)}\ntest "$(add${index} 1000)" = ${expected} || echo "add${index}"\n`,
    );
  }
  write('CHANGELOG.md', '# Changes\n\n## Unreleased\n');
  write('check.sh', 'set -eu\nfor each in test/*.sh; do sh "$each"; done\n');
  chmodSync(path.join(folder, 'check.sh'), 0o755);
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '--message', 'Everything');
}
