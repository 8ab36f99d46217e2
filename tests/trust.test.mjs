// What a repository brings along: hooks, filters, pagers, whatever its configuration says is to be
// run. None of it runs outside of the sandbox, whatever the server does with the repository.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { editFile, readFile, rehearse, runCommand, say, tool } from './lib/rehearsal.mjs';
import { git } from './lib/repository.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kHooks = [
  'applypatch-msg',
  'pre-commit',
  'prepare-commit-msg',
  'commit-msg',
  'post-commit',
  'pre-merge-commit',
  'post-checkout',
  'post-merge',
  'pre-push',
  'pre-receive',
  'update',
  'post-update',
  'post-receive',
  'reference-transaction',
  'post-index-change',
  'post-rewrite',
  'pre-auto-gc',
  'fsmonitor-watchman',
  'push-to-checkout',
  'proc-receive',
  'sendemail-validate',
];
const kAttributes = '* filter=trap diff=trap merge=trap ident\n*.md filter=other diff=text\n';

let server;
let folder;
let marks;
before(async () => {
  server = await Server.start();
  folder = temporaryFolder();
  marks = temporaryFolder();
});
after(() => server?.stop());

/// Settings that make git run a command, each with one that leaves a mark of its own outside.
function settings() {
  const trap = (name) => `sh -c 'touch ${marks}/${name}; cat 2>/dev/null' --`;
  return {
    'core.fsmonitor': trap('fsmonitor'),
    'core.pager': trap('pager'),
    'core.editor': trap('editor'),
    'core.sshCommand': trap('ssh'),
    'core.askPass': trap('askpass'),
    'core.gitProxy': trap('gitproxy'),
    'core.alternateRefsCommand': trap('alternates'),
    'core.hooksPath': path.join(folder, 'more-hooks'),
    'filter.trap.clean': trap('clean'),
    'filter.trap.smudge': trap('smudge'),
    'filter.other.process': trap('process'),
    'diff.text.textconv': trap('textconv'),
    'diff.external': trap('external'),
    'diff.trap.command': trap('diffcommand'),
    'merge.trap.driver': trap('merge'),
    'gpg.program': trap('gpg'),
    'commit.gpgSign': 'true',
    'credential.helper': `!${trap('credential')}`,
    'sequence.editor': trap('sequence'),
    'uploadpack.packObjectsHook': trap('packobjects'),
    'receive.procReceiveRefs': 'refs',
    'alias.status': `!${trap('alias')}`,
    'interactive.diffFilter': trap('difffilter'),
    'trailer.x.command': trap('trailer'),
    'init.templateDir': path.join(folder, 'templates'),
  };
}

function plantHooks(into, prefix) {
  mkdirSync(into, { recursive: true });
  for (const name of kHooks) {
    const file = path.join(into, name);
    writeFileSync(file, `#!/bin/sh\ntouch ${marks}/${prefix}-${name}\nexit 0\n`);
    chmodSync(file, 0o755);
  }
}

/// A repository that runs something at every turn.
function makeTrap(name) {
  const trap = path.join(folder, name);
  mkdirSync(trap);
  git(trap, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(path.join(trap, 'README.md'), '# A trap\n');
  writeFileSync(path.join(trap, 'x.txt'), 'x\n');
  writeFileSync(path.join(trap, '.gitattributes'), kAttributes);
  writeFileSync(
    path.join(trap, '.gitmodules'),
    `[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% ${marks}/submodule\n\tupdate = !touch ${marks}/update\n`,
  );
  writeFileSync(path.join(trap, '.lfsconfig'), `[lfs]\n\turl = ssh://-oProxyCommand=touch\n`);
  git(trap, 'add', '.');
  git(trap, 'commit', '--quiet', '--message', 'Everything');
  plantHooks(path.join(trap, '.git/hooks'), 'hook');
  plantHooks(path.join(folder, 'more-hooks'), 'path');
  plantHooks(path.join(folder, 'templates/hooks'), 'template');
  writeFileSync(path.join(trap, '.git/included'), `[core]\n\tnotesRef = refs/x\n`);
  for (const [key, value] of Object.entries(settings())) git(trap, 'config', key, value);
  git(trap, 'config', 'include.path', 'included');
  return trap;
}

const sprung = () => readdirSync(marks).sort();

/// Whatever an agent, a person or the server itself does with a repository.
async function useEverything(workspace) {
  const gitTool = (...args) => tool('git', { args });
  await workspace.create('new.md', 'new\n');
  const task = await workspace.run(
    'claude',
    rehearse(
      readFile('README.md'),
      editFile('README.md', '# A trap\n', '# Changed\n'),
      gitTool('status'),
      gitTool('diff'),
      gitTool('log', '-p'),
      gitTool('show', 'HEAD'),
      gitTool('blame', 'README.md'),
      gitTool('grep', 'trap'),
      gitTool('branch', 'other'),
      gitTool('add', 'README.md'),
      gitTool('commit', '-m', 'changed'),
      tool('search', { query: 'trap' }),
      runCommand('git status; git checkout -q -b third; git stash; git diff HEAD~1; git gc -q'),
      say('done'),
    ),
  );
  const { checkpoints } = await workspace.call('checkpoints.list');
  await workspace.call('tasks.changes', { id: task.id });
  await workspace.call('checkpoints.restore', { id: checkpoints[0].id });
  await workspace.call('search.text', { query: 'trap' });
  const { id } = await workspace.call('terminal.open', { command: 'git status; git log -p' });
  await workspace.call('terminal.write', { id, text: 'q' }).catch((error) => {
    assert.equal(error.kind, 'not_found'); // it has ended already
  });
  assert.equal((await workspace.http('POST', '/sleep')).status, 200);
  assert.equal((await workspace.http('POST', '/wake')).status, 200);
  await workspace.read('README.md');
}

test('the trap is one: git outside of a sandbox runs into it', () => {
  const trap = makeTrap('live');
  const copy = path.join(folder, 'copy');
  cpSync(trap, copy, { recursive: true });
  writeFileSync(path.join(copy, 'x.txt'), 'changed\n');
  for (const args of [
    ['status'],
    ['diff', '--', 'x.txt'],
    ['add', '.'],
    ['checkout', '-q', '-b', 'x'],
    ['commit', '--allow-empty', '-m', 'x'],
  ]) {
    spawnSync('git', args, { cwd: copy, stdio: 'ignore', timeout: 60_000 });
  }
  const caught = sprung();
  for (const name of ['fsmonitor', 'clean', 'process', 'diffcommand'])
    assert.ok(caught.includes(name), `${caught}`);
  assert.ok(
    caught.some((name) => name.startsWith('path-')),
    `a hook: ${caught}`,
  );
  for (const name of caught) rmSync(path.join(marks, name));
});

for (const [name, source] of [
  ['a local path', (trap) => ({ kind: 'git', url: trap })],
  ['a file URL', (trap) => ({ kind: 'git', url: `file://${trap}` })],
  ['a copied folder', (trap) => ({ kind: 'path', path: trap })],
]) {
  test(`nothing of it runs outside: ${name}`, async () => {
    const trap = makeTrap(`trap-${name.replaceAll(' ', '-')}`);
    for (const each of sprung()) rmSync(path.join(marks, each)); // git config may have run some
    const workspace = await Workspace.provision(server, source(trap));
    assert.deepEqual(sprung(), [], 'provisioning');
    await useEverything(workspace);
    assert.deepEqual(sprung(), [], 'everything else');
  });
}

test('a clone takes no hook and no setting along, and no template of a variable', async () => {
  const trap = makeTrap('clone-only');
  for (const each of sprung()) rmSync(path.join(marks, each));
  const workspace = await Workspace.provision(server, { kind: 'git', url: trap });
  const inside = path.join(workspace.projects(), '.git');
  const config = execFileSync('git', ['config', '--file', path.join(inside, 'config'), '--list']);
  assert.doesNotMatch(config.toString(), /trap|fsmonitor|hookspath|sshcommand|include/i);
  const hooks = existsSync(path.join(inside, 'hooks'))
    ? readdirSync(path.join(inside, 'hooks'))
    : [];
  assert.deepEqual(
    hooks.filter((each) => !each.endsWith('.sample')),
    [],
  );
  assert.deepEqual(sprung(), []);
});

test('an address that would run something is refused or fails, and runs nothing', async () => {
  for (const url of [
    `ext::sh -c touch% ${marks}/ext`,
    `-u touch${marks}/option`,
    `--upload-pack=touch ${marks}/upload`,
    `ssh://-oProxyCommand=touch${marks}/ssh/x`,
    `file://${folder}/none --upload-pack=touch`,
    'fd::17/foo',
  ]) {
    const answer = await Workspace.provision(server, { kind: 'git', url }).then(
      () => 'made',
      (error) => error.message,
    );
    assert.notEqual(answer, 'made', url);
  }
  assert.deepEqual(sprung(), []);
});
