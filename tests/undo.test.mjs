// Undo: a checkpoint before each task, restoring all or some of it, taking back what a task did,
// whole or piece by piece, with other people's work and git left alone.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { generator, kSeed } from './lib/random.mjs';
import { editFile, readFile, rehearse, runCommand, say, writeFile } from './lib/rehearsal.mjs';
import { git } from './lib/repository.mjs';
import { refused } from './lib/rpc.mjs';
import { Server } from './lib/server.mjs';
import { treeOf } from './lib/tree.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

const checkpoint = (workspace, label = 'now') => workspace.call('checkpoints.create', { label });
const restore = (workspace, id, more = {}) =>
  workspace.call('checkpoints.restore', { id, ...more });
const changesOf = (workspace, id) => workspace.call('tasks.changes', { id });
const revert = (workspace, id, more = {}) => workspace.call('tasks.revert', { id, ...more });

async function beforeTask(workspace, task) {
  const { checkpoints } = await workspace.call('checkpoints.list');
  const made = checkpoints.filter((each) => each.task === task);
  assert.equal(made.length, 1, `one checkpoint before ${task}`);
  return made[0];
}

test('before each task the tree is kept, and everything that the task did can be undone', async () => {
  const workspace = await Workspace.provision(server);
  await workspace.create('a.txt', 'a\n');
  await workspace.create('dir/b.txt', 'b\n');
  const root = workspace.projects();
  mkdirSync(path.join(root, 'empty'));
  symlinkSync('a.txt', path.join(root, 'link'));
  const was = treeOf(root);
  const task = await workspace.run(
    'claude',
    rehearse(
      writeFile('new/file.txt', 'new\n'),
      runCommand(
        'chmod +x a.txt; mv dir/b.txt moved.txt; rm link; ln -s moved.txt link; ' +
          'rmdir empty; mkdir other; head -c 3000 /dev/urandom > bytes; rm -rf dir',
      ),
      say('done'),
    ),
  );
  const is = treeOf(root);
  assert.equal(is.link, 'link moved.txt', JSON.stringify(is));
  assert.match(is['a.txt'], /^file 755 /);
  const made = await beforeTask(workspace, task.id);
  const answer = await restore(workspace, made.id);
  assert.deepEqual(treeOf(root), was);
  assert.ok(answer.changed >= 7, `${answer.changed}`);

  // It is in the log as one thing, by the person, and can be undone like anything else.
  const events = await workspace.events();
  const restored = events.findLast(({ type }) => type === 'tree_restored');
  assert.equal(restored.data.of, made.id);
  assert.equal(restored.data.before, answer.before.id);
  assert.match(restored.actor, /^user:/);
  await restore(workspace, answer.before.id);
  assert.deepEqual(treeOf(root), is);
  assert.equal((await restore(workspace, answer.before.id)).changed, 0);
});

test('a file or a folder alone comes back', async () => {
  const workspace = await Workspace.provision(server);
  for (const name of ['src/a.txt', 'src/b.txt', 'srcs.txt']) await workspace.create(name, 'one\n');
  const { id } = await checkpoint(workspace);
  for (const name of ['src/a.txt', 'src/b.txt', 'srcs.txt']) await workspace.write(name, 'two\n');
  await workspace.create('src/new.txt', 'new\n');
  assert.equal((await restore(workspace, id, { path: 'src/a.txt' })).changed, 1);
  assert.equal(await workspace.text('src/a.txt'), 'one\n');
  assert.equal(await workspace.text('src/b.txt'), 'two\n');
  assert.equal((await restore(workspace, id, { path: 'src/' })).changed, 2);
  assert.equal(await workspace.text('src/b.txt'), 'one\n');
  await refused(workspace.read('src/new.txt'), 'not_found');
  assert.equal(await workspace.text('srcs.txt'), 'two\n');
  await refused(restore(workspace, id, { path: 'nothing' }), 'not_found');
  await refused(restore(workspace, id, { path: '../out' }), ['invalid', 'denied']);
});

// That what others have locked is refused is tested where others can be played: CheckpointsTest,
// TaskUndoTest. From outside there is one person.
test('own locks do not stand in the way, and a task that runs is not reverted', async () => {
  const workspace = await Workspace.provision(server);
  await workspace.create('a.txt', 'one\n');
  const { id } = await checkpoint(workspace);
  const [task] = await workspace.submit(
    'kimi',
    rehearse(readFile('a.txt'), writeFile('a.txt', 'two\n'), { pause_ms: 60_000 }, say('done')),
  );
  await eventually(async () => (await workspace.text('a.txt')) === 'two\n', 'the agent writes');
  const { files } = await changesOf(workspace, task.id);
  assert.deepEqual(
    files.map((file) => file.path),
    ['a.txt'],
    'what it has done so far',
  );
  const head = await workspace.head();
  await refused(revert(workspace, task.id), 'conflict', 'a task that runs');
  assert.deepEqual(await workspace.changesSince(head), []);
  const lock = { path: 'a.txt', mode: 'write', timeout_ms: 1000 };
  const { token } = await workspace.call('locks.acquire', lock);
  await restore(workspace, id);
  assert.equal(await workspace.text('a.txt'), 'one\n');
  await workspace.call('locks.release', { path: 'a.txt', token });
  await workspace.call('tasks.cancel', { id: task.id });
  await workspace.finished([task]);
  assert.equal((await revert(workspace, task.id)).changed, 0, 'nothing of it is left');
});

test('a task is taken back around what others did later; where they did the same it is refused', async () => {
  const workspace = await Workspace.provision(server);
  await workspace.create('a.txt', '1\n2\n3\n4\n5\n');
  await workspace.create('b.txt', '1\n');
  const task = await workspace.run(
    'claude',
    rehearse(
      readFile('a.txt'),
      editFile('a.txt', '1\n', 'one\n'),
      readFile('b.txt'),
      editFile('b.txt', '1\n', 'one\n'),
      writeFile('made.txt', 'made\n'),
      say('done'),
    ),
  );
  await workspace.run(
    'gemini',
    rehearse(readFile('a.txt'), editFile('a.txt', '5\n', 'five\n'), say('done')),
  );
  await workspace.write('b.txt', 'ONE\n');
  const head = await workspace.head();
  const error = await refused(revert(workspace, task.id), 'conflict');
  assert.match(error.message, /b\.txt:1: .*user:/);
  assert.deepEqual(
    (await workspace.changesSince(head)).filter(({ type }) => type !== 'session_renewed'),
    [],
  );
  const skipped = await revert(workspace, task.id, { conflicts: 'skip' });
  assert.deepEqual(
    skipped.refused.map(({ path: file, from_line, to_line }) => [file, from_line, to_line]),
    [['b.txt', 1, 1]],
  );
  assert.equal(await workspace.text('a.txt'), '1\n2\n3\n4\nfive\n');
  assert.equal(await workspace.text('b.txt'), 'ONE\n');
  await refused(workspace.read('made.txt'), 'not_found');
  await restore(workspace, skipped.before.id);
  assert.equal(await workspace.text('a.txt'), 'one\n2\n3\n4\nfive\n');
  await refused(revert(workspace, 't_none'), 'not_found');
  await refused(revert(workspace, task.id, { conflicts: 'maybe' }), 'invalid');
});

test('pieces of what a task changed are rejected and accepted one by one', async () => {
  const workspace = await Workspace.provision(server);
  await workspace.create('a.txt', '1\n2\n3\n4\n5\n');
  const task = await workspace.run(
    'codex',
    rehearse(
      readFile('a.txt'),
      editFile('a.txt', '1\n', 'one\n'),
      editFile('a.txt', '5\n', 'five\n'),
      writeFile('made.txt', 'made\n'),
      runCommand('chmod +x a.txt'),
      say('done'),
    ),
  );
  const { files, refused: places } = await changesOf(workspace, task.id);
  assert.deepEqual(places, []);
  const [file, made] = files;
  assert.deepEqual(
    files.map(({ path: name, hunks }) => [name, ...hunks.map(({ kind }) => kind)]),
    [
      ['a.txt', 'mode', 'lines', 'lines'],
      ['made.txt', 'created'],
    ],
  );
  const [mode, first, last] = file.hunks;
  assert.deepEqual([first.line, first.removed, first.added], [1, '1\n', 'one\n']);
  const choose = (method, each, hunks, version = each.version) =>
    workspace.call(method, { id: task.id, path: each.path, version, hunks });

  await choose('tasks.accept_hunks', file, [first.id]);
  const { version } = await choose('tasks.reject_hunks', file, [last.id]);
  assert.equal(await workspace.text('a.txt'), 'one\n2\n3\n4\n5\n');
  const edit = (await workspace.events()).find(({ seq }) => seq === version);
  assert.equal(edit.type, 'file_edit');
  assert.match(edit.actor, /^user:/);
  await refused(choose('tasks.reject_hunks', file, [first.id]), 'conflict', 'an old version');
  await refused(choose('tasks.reject_hunks', file, [last.id], version), 'not_found', 'it is gone');

  const now = (await changesOf(workspace, task.id)).files[0];
  assert.deepEqual(
    now.hunks.map(({ id, accepted }) => [id, accepted]),
    [
      [mode.id, false],
      [first.id, true],
    ],
  );
  await choose('tasks.reject_hunks', now, [mode.id]);
  await choose('tasks.reject_hunks', made, [made.hunks[0].id]);
  await refused(workspace.read('made.txt'), 'not_found');
  assert.match(treeOf(workspace.projects())['a.txt'], /^file 644 /);
});

test('many files are accepted in one call, each whole or not, and it outlives a kill', async () => {
  const own = await Server.start();
  try {
    const workspace = await Workspace.provision(own);
    const makes = 'mkdir many && for i in $(seq 100 499); do seq 5 > many/f$i.txt; done';
    const task = await workspace.run('claude', rehearse(runCommand(makes), say('done')));
    const { files } = await changesOf(workspace, task.id);
    assert.equal(files.length, 400);
    const choices = files.map(({ path: name, version, hunks }) => ({
      path: name,
      version,
      hunks: hunks.map(({ id }) => id),
    }));
    const accept = (chosen) => workspace.call('tasks.accept_files', { id: task.id, files: chosen });
    const acceptedNow = async () =>
      (await changesOf(workspace, task.id)).files
        .filter(({ hunks }) => hunks.every(({ accepted }) => accepted))
        .map(({ path: name }) => name);

    // Whatever is malformed refuses the call, and nothing is accepted.
    const head = await workspace.head();
    for (const chosen of [[], ['a'], [{ path: 'a', version: 1 }], [{ ...choices[0], version: -1 }]])
      await refused(accept(chosen), 'invalid', JSON.stringify(chosen));
    await refused(accept([{ ...choices[0], hunks: [] }, choices[1]]), 'invalid', 'no pieces');
    await refused(accept(Array(2001).fill(choices[0])), 'invalid', 'too many files');
    await refused(
      workspace.call('tasks.accept_files', { id: 't_none', files: choices }),
      'not_found',
    );
    const marks = (await workspace.changesSince(head)).filter(
      ({ type }) => type === 'hunks_accepted',
    );
    assert.deepEqual(marks, []);

    // Three cannot be: one has changed, of one a piece is not there, one is outside.
    await workspace.write('many/f200.txt', 'mine\n');
    const odd = choices.map((each) =>
      each.path === 'many/f300.txt' ? { ...each, hunks: [...each.hunks, 'h_none'] } : each,
    );
    const answer = await accept([...odd, { path: '../out', version: 0, hunks: ['h_none'] }]);
    assert.deepEqual([answer.files, answer.accepted], [398, 398]);
    assert.deepEqual(
      answer.refused.map(({ path: name }) => name),
      ['many/f200.txt', 'many/f300.txt', '../out'],
    );
    assert.match(answer.refused[0].why, /has version \d+, not \d+/);
    assert.match(answer.refused[1].why, /h_none/);

    await own.kill();
    await own.restart();
    const accepted = new Set(await acceptedNow());
    assert.equal(accepted.size, 398);
    assert.equal(accepted.has('many/f300.txt'), false, 'no half of a file');
    assert.deepEqual((await accept(odd.slice(0, 1))).refused, []);
  } finally {
    await own.stop();
  }
});

/// What a person has in git: branches, what is staged, what is put away.
const gitState = (root) => [
  git(root, 'symbolic-ref', 'HEAD'),
  git(root, 'for-each-ref'),
  git(root, 'ls-files', '--stage'),
  git(root, 'stash', 'list'),
  readFileSync(path.join(root, '.git/index')).toString('base64'),
];

function prepareGit(root) {
  writeFileSync(path.join(root, 'tracked.txt'), 'one\n');
  git(root, 'init', '--quiet', '--initial-branch=main');
  git(root, 'add', '.');
  git(root, 'commit', '--quiet', '--message', 'one');
  git(root, 'checkout', '--quiet', '-b', 'work');
  writeFileSync(path.join(root, 'tracked.txt'), 'put away\n');
  git(root, 'stash', '--quiet');
  writeFileSync(path.join(root, 'tracked.txt'), 'staged\n');
  git(root, 'add', 'tracked.txt');
  writeFileSync(path.join(root, 'tracked.txt'), 'not staged\n');
}

const kNames = ['one', 'two', 'three', 'deep/one', 'deep/er/two', 'deep/er/three', 'ä b'];

/// A line of shell that changes the tree at random.
function randomCommand(random) {
  const pick = () => `'${kNames[Math.floor(random() * kNames.length)]}'`;
  const kinds = [
    () => `chmod ${random() < 0.5 ? 755 : 600} ${pick()}`,
    () => `rm -rf ${pick()}`,
    () => `mv -T ${pick()} ${pick()}`,
    () => `mkdir -p deep/er; ln -sfn ../${Math.floor(random() * 9)} ${pick()}`,
    () => `mkdir -p ${pick()}`,
    () => `mkdir -p deep/er; head -c ${Math.floor(random() * 900)} /dev/urandom > ${pick()}`,
  ];
  return kinds[Math.floor(random() * kinds.length)]();
}

/// An agent's task, a person's edit or somebody outside, at random.
async function randomWork(workspace, random) {
  const name = kNames[Math.floor(random() * kNames.length)];
  const text = `text ${Math.floor(random() * 1000)}\n`;
  const choice = random();
  if (choice < 0.4) {
    const commands = Array.from({ length: 3 }, () => runCommand(`${randomCommand(random)}; true`));
    const agent = ['claude', 'gemini', 'codex', 'kimi'][Math.floor(random() * 4)];
    const steps = [writeFile(name, text), ...commands, say('done')];
    await workspace.finished(await workspace.submit(agent, rehearse(...steps)));
  } else if (choice < 0.7) {
    const { path: file } = { path: name };
    await workspace
      .create(file, text)
      .catch(() => workspace.write(file, text).catch((error) => assert.ok(error.kind)));
  } else {
    const file = path.join(workspace.projects(), `outside ${Math.floor(random() * 3)}`);
    writeFileSync(file, text);
    chmodSync(file, random() < 0.5 ? 0o755 : 0o644);
    if (random() < 0.3) rmSync(file);
  }
}

test(`any checkpoint of a random session comes back, and so does what it replaced (seed ${kSeed})`, async () => {
  const random = generator();
  const workspace = await Workspace.provision(server);
  const root = workspace.projects();
  prepareGit(root);
  const theirs = gitState(root);
  const kept = [];
  for (let round = 0; round < 14; ++round) {
    await randomWork(workspace, random);
    if (random() < 0.7) {
      const { id } = await checkpoint(workspace, `round ${round}`);
      kept.push({ id, tree: treeOf(root) });
    }
    if (kept.length === 0 || random() < 0.5) continue;
    const is = treeOf(root);
    const wanted = kept[Math.floor(random() * kept.length)];
    const { before: replaced } = await restore(workspace, wanted.id);
    assert.deepEqual(treeOf(root), wanted.tree, `round ${round}`);
    kept.push({ id: replaced.id, tree: is });
    if (random() < 0.5) continue;
    await restore(workspace, replaced.id);
    assert.deepEqual(treeOf(root), is, `the restore of the restore, round ${round}`);
  }
  assert.ok(kept.length > 0);
  for (const each of kept) {
    await restore(workspace, each.id);
    assert.deepEqual(treeOf(root), each.tree);
  }
  assert.deepEqual(gitState(root), theirs, 'branches, index and stash are as they were');
  // The log knows each file as it is.
  const { files } = await workspace.call('timeline.at', { seq: await workspace.head() });
  const onDisk = Object.entries(treeOf(root)).filter(([, what]) => what.startsWith('file'));
  assert.deepEqual(files.map((file) => file.path).sort(), onDisk.map(([name]) => name).sort());
});

test('a server that is killed during a restore has made all of it or none', async (t) => {
  const own = await Server.start(t);
  const workspace = await Workspace.provision(own);
  const root = workspace.projects();
  const fill = (text) => {
    for (let i = 0; i < 600; ++i) writeFileSync(path.join(root, `f${i}`), `${text} ${i}\n`);
  };
  fill('one');
  symlinkSync('f1', path.join(root, 'link'));
  const { id: first } = await checkpoint(workspace);
  const one = treeOf(root);
  fill('two');
  rmSync(path.join(root, 'link'));
  mkdirSync(path.join(root, 'folder'));
  const { id: second } = await checkpoint(workspace);
  const two = treeOf(root);
  const random = generator();
  let made = 0;
  for (let round = 0; round < 6; ++round) {
    const isOne = JSON.stringify(treeOf(root)) === JSON.stringify(one);
    const asked = restore(workspace, isOne ? second : first).then(
      () => 'answered',
      () => 'cut off',
    );
    await sleep(100 + random() * 600);
    await own.kill();
    const answer = await asked;
    await own.start();
    await workspace.call('checkpoints.list');
    const is = JSON.stringify(treeOf(root));
    assert.ok(
      is === JSON.stringify(one) || is === JSON.stringify(two),
      `round ${round}: a mixture`,
    );
    const changed = (is === JSON.stringify(one)) !== isOne;
    assert.ok(changed || answer === 'cut off', 'what was answered stands');
    if (changed) made += 1;
  }
  t.diagnostic(`${made} of 6 restores were made`);
});
