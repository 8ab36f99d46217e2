// The command line: help, exit codes, errors that say what to do, and the commands themselves.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { coditect } from './lib/command.mjs';
import { rehearse, say, writeFile } from './lib/rehearsal.mjs';
import { makeRepository } from './lib/repository.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kCommands = [
  'serve',
  'provision',
  'import',
  'workspaces',
  'run',
  'log',
  'sql',
  'secrets',
  'verify',
  'simulate-providers',
];
let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
  await workspace.create('a.txt', 'a\n');
});
after(() => server?.stop());

const command = (...args) => coditect(args, { server });

function assertError({ code, stdout, stderr }, expected) {
  assert.equal(code, expected, stderr);
  assert.equal(stdout, '', 'an error is not printed as data');
  assert.match(stderr, /^coditect: .+/m);
  assert.match(stderr, /^hint: .+/m);
}

function json(result) {
  assert.equal(result.code, 0, result.stderr);
  return JSON.parse(result.stdout);
}

test('every command explains itself', async () => {
  const all = await command('--help');
  assert.equal(all.code, 0);
  for (const name of kCommands) {
    assert.ok(all.stdout.includes(name), `--help names ${name}`);
    const one = await command(name, '--help');
    assert.equal(one.code, 0, name);
    assert.ok(one.stdout.length > 50, name);
  }
});

test('the version is told', async () => {
  const { code, stdout } = await command('--version');
  assert.equal(code, 0);
  assert.match(stdout, /\d+\.\d+/);
});

const kMisused = [
  ['no command', []],
  ['an unknown command', ['explode']],
  ['an unknown option', ['workspaces', '--explode']],
  ['a missing argument', ['log']],
  ['an address without a port', ['serve', '--listen', 'nonsense']],
  ['a number that is a word', ['log', 'w', '--from', 'soon']],
];

for (const [name, args] of kMisused) {
  test(`${name}: exit 2`, async () => {
    const { code, stderr } = await command(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^coditect: .+/m);
  });
}

test('a server that is not there: exit 1, and what to do about it', async () => {
  const env = { CODITECT_URL: 'http://127.0.0.1:1', CODITECT_TOKEN: 'x' };
  assertError(await coditect(['workspaces'], { env }), 1);
});

test('a wrong token: exit 1, and what to do about it', async () => {
  const env = { CODITECT_URL: server.url, CODITECT_TOKEN: 'wrong' };
  assertError(await coditect(['workspaces'], { env }), 1);
});

test('a workspace that is not there: exit 1', async () => {
  assertError(await command('log', 'w_nobody'), 1);
  assertError(await command('run', 'w_nobody', 'hello'), 1);
  assertError(await command('sql', 'w_nobody', 'sessions', 'select 1'), 1);
});

test('provision and workspaces', async (t) => {
  const made = json(await command('provision', 'from the shell', '--json'));
  assert.equal(made.name, 'from the shell');
  const folder = temporaryFolder();
  makeRepository(folder, 5);
  const fromFolder = json(await command('provision', 'a copy', '--from', folder, '--json'));
  const copy = new Workspace(server, fromFolder);
  assert.equal(await copy.text('README.md'), '# A repository\n');
  const fromGit = json(
    await command('provision', 'a clone', '--from', `file://${folder}`, '--json'),
  );
  assert.equal(await new Workspace(server, fromGit).text('README.md'), '# A repository\n');
  const text = await command('workspaces');
  assert.equal(text.code, 0);
  for (const { id } of [made, fromFolder, fromGit]) assert.ok(text.stdout.includes(id));
  const listed = json(await command('workspaces', '--json'));
  const workspaces = listed.workspaces ?? listed;
  assert.ok(workspaces.some(({ id }) => id === made.id));
  // How much room each takes, here and in the store, is measured soon after it was made.
  const sizes = new RegExp(`${made.id} .* \\d+(\\.\\d)? [KM]B +\\d+(\\.\\d)? [KM]?B$`, 'm');
  const measured = async () => sizes.test((await command('workspaces')).stdout);
  await eventually(measured, 'the sizes of a workspace are shown');
  assertError(await command('provision', 'x', '--from', 'template:no-such'), 1);
});

test('run waits for the task and tells how it ended', async () => {
  const prompt = rehearse(writeFile('from-cli.txt', 'cli\n'), say('done by the shell'));
  const result = await command(
    'run',
    workspace.id,
    '--agent',
    'claude',
    '--wait',
    '--json',
    prompt,
  );
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stdout, /succeeded/);
  for (const line of result.stdout.trim().split('\n')) JSON.parse(line);
  assert.equal(await workspace.text('from-cli.txt'), 'cli\n');
});

test('run --wait fails when the task fails', async () => {
  const prompt = rehearse({ fail: { status: 400, times: 10 } });
  const result = await command('run', workspace.id, '--agent', 'claude', '--wait', prompt);
  assert.equal(result.code, 1, result.stdout);
});

test('log prints the events, one a line', async () => {
  const all = await command('log', workspace.id, '--json');
  assert.equal(all.code, 0, all.stderr);
  const events = all.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(events, (await workspace.events()).slice(0, events.length));
  const some = await command('log', workspace.id, '--from', '2', '--json');
  assert.equal(JSON.parse(some.stdout.split('\n')[0]).seq, 2);
  assert.equal((await command('log', workspace.id)).code, 0, 'and for people');
});

test('sql prints rows', async () => {
  const plain = await command('sql', workspace.id, 'sessions', 'select 41 + 1 as answer');
  assert.equal(plain.code, 0, plain.stderr);
  assert.match(plain.stdout, /answer/);
  assert.match(plain.stdout, /42/);
  const data = json(
    await command('sql', workspace.id, 'sessions', 'select 41 + 1 as answer', '--json'),
  );
  assert.deepEqual(data.rows, [[42]]);
  assertError(await command('sql', workspace.id, 'sessions', 'drop table x'), 1);
});

test('verify finds a sound folder sound and a damaged one damaged', async (t) => {
  const own = await Server.start(t);
  const place = await Workspace.provision(own);
  await place.create('a.txt', 'a\n');
  await place.create('later.txt', 'later\n');
  const live = await coditect(['verify', place.id], { server: own });
  assert.equal(live.code, 0, live.stdout + live.stderr);
  await own.stop();
  const sound = await coditect(['verify', own.data]);
  assert.equal(sound.code, 0, sound.stdout + sound.stderr);
  damageArchive(place.folder());
  const damaged = await coditect(['verify', own.data]);
  assert.equal(damaged.code, 1, damaged.stdout);
  assert.match(damaged.stdout + damaged.stderr, /seq|line|hash|chain/i, 'and says where');
  const nowhere = await coditect(['verify', path.join(own.folder, 'nowhere')]);
  assertError(nowhere, 1);
});

test('verify finds a damaged database and repairs it from the log', async (t) => {
  const own = await Server.start(t);
  const place = await Workspace.provision(own);
  await place.create('a.txt', 'a\n');
  const query = { database: 'artifacts', sql: 'select count(*) from file_versions' };
  const before = await place.call('sql.query', query);
  const busy = await coditect(['verify', own.data, '--repair']);
  assertError(busy, 1);
  assert.match(busy.stderr, /running server/);
  await own.stop();
  const file = path.join(place.folder(), 'databases', 'artifacts.db');
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xee, 4096, 12288));
  const damaged = await coditect(['verify', own.data]);
  assert.equal(damaged.code, 1, damaged.stdout);
  assert.match(damaged.stdout, /the database artifacts: .*\n.*verify --repair/);
  const repaired = await coditect(['verify', own.data, '--repair']);
  assert.equal(repaired.code, 0, repaired.stdout + repaired.stderr);
  assert.match(repaired.stdout, /repaired/);
  await own.start();
  assert.deepEqual((await place.call('sql.query', query)).rows, before.rows);
});

/// Changes one letter of one event in the archive.
function damageArchive(folder) {
  const sessions = path.join(folder, 'sessions');
  const [name] = readdirSync(sessions).filter((each) => each.endsWith('.jsonl'));
  const file = path.join(sessions, name);
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes('a.txt'), 'the archive holds the event');
  writeFileSync(file, text.replace('a.txt', 'b.txt'));
}
