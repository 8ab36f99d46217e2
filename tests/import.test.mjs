// Importing: a workspace from an archive that is sent; what is refused, and that nothing is left.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { tar, tarGz, zip } from './lib/archive.mjs';
import { coditect } from './lib/command.mjs';
import { filesIn, projectsOf } from './lib/folder.mjs';
import { request } from './lib/http.mjs';
import { git, makeRepository } from './lib/repository.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { Workspace, eventually } from './lib/workspace.mjs';

let server;

before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

const large = randomBytes(600_000);

/// A project as people have them: a program, a link, bytes that are no text, a name in no ASCII.
const kProject = [
  { name: 'words-1.0/', type: '5', mode: 0o755 },
  { name: 'words-1.0/README.md', text: '# words\n' },
  { name: 'words-1.0/bin/count', text: '#!/bin/sh\nwc -w "$@"\n', mode: 0o755 },
  { name: 'words-1.0/docs', type: '2', target: 'src/deep' },
  { name: 'words-1.0/src/deep/Grüße.txt', text: 'hallo\n' },
  { name: 'words-1.0/src/deep/data.bin', text: large },
];

const send = (query, body, options = {}) =>
  request(server, 'POST', `/workspaces/import${query}`, { body, ...options });

/// The ids of all workspaces, and what is on the disk of workspaces.
async function there(of = server) {
  const { json } = await request(of, 'GET', '/workspaces?limit=1000');
  const folder = path.join(of.data, 'organizations/local/teams/local/users/owner/workspaces');
  let folders = [];
  try {
    folders = readdirSync(folder).sort();
  } catch (error) {
    assert.equal(error.code, 'ENOENT');
  }
  return { ids: json.workspaces.map((each) => each.id).sort(), folders };
}

const opened = (answer) => new Workspace(server, answer);

for (const [format, pack] of [
  ['zip', zip],
  ['tar', tar],
  ['tar.gz', tarGz],
]) {
  test(`a ${format}: the same bytes, modes and links, its top folder taken off`, async () => {
    const answer = await send(`?name=words&file=words.${format}`, pack(kProject));
    assert.equal(answer.status, 201, answer.text);
    const { source, state } = answer.json;
    assert.equal(state, 'ready');
    assert.deepEqual(source, {
      kind: 'import',
      file: `words.${format}`,
      format,
      files: 5,
      bytes: 8 + 21 + 6 + large.length,
    });
    const workspace = opened(answer.json);
    const folder = projectsOf(server, workspace);
    assert.deepEqual([...filesIn(folder).keys()].sort(), [
      'README.md',
      'bin/count',
      'src/deep/Grüße.txt',
      'src/deep/data.bin',
    ]);
    assert.deepEqual(filesIn(folder).get('src/deep/data.bin'), Buffer.from(large));
    assert.equal(lstatSync(path.join(folder, 'bin/count')).mode & 0o777, 0o755);
    assert.equal(lstatSync(path.join(folder, 'README.md')).mode & 0o777, 0o644);
    assert.equal(readlinkSync(path.join(folder, 'docs')), 'src/deep');
    assert.equal(await workspace.text('src/deep/Grüße.txt'), 'hallo\n');
  });
}

test('the log begins as that of a workspace from a folder', async () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'src'));
  writeFileSync(path.join(folder, 'src/a.txt'), 'a\n');
  const copied = await Workspace.provision(server, { kind: 'path', path: folder });
  const answer = await send('?name=w', tar([{ name: 'src/a.txt', text: 'a\n' }, { name: 'b' }]));
  const imported = opened(answer.json);
  const [ofFolder, ofArchive] = [await copied.events(), await imported.events()];
  const types = (events) => events.slice(0, 3).map(({ type, actor }) => [type, actor]);
  assert.deepEqual(types(ofArchive), types(ofFolder));
  assert.deepEqual(ofArchive[0].data.source, answer.json.source);
  const { version } = await imported.read('src/a.txt');
  assert.equal(version, ofArchive.find(({ type }) => type === 'checkpoint').seq);
  await imported.write('src/a.txt', 'changed\n');
  assert.equal(await imported.text('src/a.txt'), 'changed\n');
});

test('after a kill what was made is there, and nothing of what was on its way', async (t) => {
  const own = await Server.start(t);
  const answer = await request(own, 'POST', '/workspaces/import?name=kept', {
    body: tarGz([{ name: 'a.txt', text: 'kept\n' }]),
  });
  assert.equal(answer.status, 201, answer.text);
  const before = await there(own);
  const { socket } = await begin(
    '?name=lost',
    tar([{ name: 'b', text: randomBytes(4 << 20) }]),
    own,
  );
  await own.kill();
  socket.destroy();
  assert.deepEqual(
    readdirSync(own.data).filter((name) => /upload/.test(name)),
    [],
  );
  await own.start();
  assert.deepEqual(await there(own), before);
  assert.equal(await new Workspace(own, answer.json).text('a.txt'), 'kept\n');
});

test('a real repository is one afterwards, with its history', async () => {
  const folder = temporaryFolder();
  makeRepository(folder, 5);
  writeFileSync(path.join(folder, '.git/hooks/post-checkout'), '#!/bin/sh\nexit 1\n', {
    mode: 0o755,
  });
  git(folder, 'config', 'core.fsmonitor', 'false-program');
  git(folder, 'remote', 'add', 'origin', 'https://git.example/team/project.git');
  const packed = execFileSync('tar', ['-cz', '-C', folder, '.'], { maxBuffer: 1 << 26 });
  const answer = await send('?name=repository', packed);
  assert.equal(answer.status, 201, answer.text);
  const project = projectsOf(server, opened(answer.json));
  assert.equal(git(project, 'log', '--oneline'), git(folder, 'log', '--oneline'));
  assert.equal(git(project, 'status', '--short'), '');
  assert.match(git(project, 'remote', '-v'), /origin\thttps:\/\/git\.example\/team\/project\.git/);
  assert.throws(() => git(project, 'config', 'core.fsmonitor'));
  assert.ok(!existsSync(path.join(project, '.git/hooks/post-checkout')));
  assert.ok(answer.json.source.left_out.some(({ path: left }) => left.startsWith('.git/hooks/')));
});

const file = { name: 'fine.txt', text: 'fine\n' };
const kHostile = [
  ['a path upwards', [file, { name: '../../evil', text: 'x' }], /'\.\.\/\.\.\/evil' leads out/],
  ['an absolute path', [file, { name: '/evil', text: 'x' }], /'\/evil' has an absolute path/],
  ['a link upwards', [file, { name: 'l', type: '2', target: '../../x' }], /'l' is a link to '\.\./],
  ['an absolute link', [file, { name: 'l', type: '2', target: '/etc/passwd' }], /leads out/],
  [
    'a file through a link',
    [file, { name: 'd', type: '2', target: '/' }, { name: 'd/evil', text: 'x' }],
    /below 'd', which is no folder/,
  ],
  ['a device', [file, { name: 'null', type: '3' }], /'null' is a device/],
  ['a pipe', [file, { name: 'p', type: '6' }], /'p' is a device, a pipe/],
  ['a hard link upwards', [file, { name: 'h', type: '1', target: '../x' }], /leads out/],
  ['no files', [], /./],
];

test('a hostile archive is refused by its entry, and nothing is left', async (t) => {
  const before = await there();
  for (const [name, entries, why] of kHostile) {
    await t.test(name, async () => {
      const answer = await send('?name=hostile', tarGz(entries));
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.headers['content-type'], /^application\/problem\+json/);
      assert.match(answer.json.detail, why);
      assert.ok(answer.json.hint);
      assert.deepEqual(await there(), before);
    });
  }
});

test('a repository stays one and runs nothing', async () => {
  const answer = await send(
    '?name=repository',
    zip([
      file,
      { name: '.git/HEAD', text: 'ref: refs/heads/main\n' },
      { name: '.git/config', text: '[core]\n\tbare = false\n\tfsmonitor = id\n' },
      { name: '.git/refs/heads/', type: '5', mode: 0o755 },
      { name: '.git/objects/info/', type: '5', mode: 0o755 },
      { name: '.git/hooks/post-checkout', text: '#!/bin/sh\n', mode: 0o755 },
      { name: 'program', text: 'x', mode: 0o6755 },
    ]),
  );
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.source.left_out_count, 1);
  assert.equal(answer.json.source.left_out[0].path, '.git/hooks/post-checkout');
  const folder = projectsOf(server, opened(answer.json));
  assert.deepEqual([...filesIn(folder).keys()].sort(), [
    '.git/HEAD',
    '.git/config',
    'fine.txt',
    'program',
  ]);
  assert.equal(filesIn(folder).get('.git/config').toString(), '[core]\n\tbare = false\n');
  assert.equal(lstatSync(path.join(folder, 'program')).mode & 0o7777, 0o755);
});

test('a bomb is refused before it has filled the disk', async () => {
  const before = await there();
  const bomb = gzipSync(tar([{ name: 'zeros', text: Buffer.alloc(200 << 20) }]));
  assert.ok(bomb.length < 1 << 20);
  const answer = await send('?name=bomb', bomb);
  assert.equal(answer.status, 413, answer.text);
  assert.match(answer.json.detail, /100 times its size/);
  assert.deepEqual(await there(), before);
});

const kRefused = [
  ['no name', '', 400],
  ['an empty name', '?name=', 400],
  ['an unknown parameter', '?name=a&source=git', 400],
  ['an unknown durability', '?name=a&durability=never', 400],
  ['an id that is none', '?name=a&request=A', 400],
];

test('what makes no sense is refused', async (t) => {
  const before = await there();
  for (const [name, query, status] of kRefused) {
    await t.test(name, async () => {
      const answer = await send(query, tar([file]));
      assert.equal(answer.status, status, answer.text);
      assert.ok(answer.json.detail);
    });
  }
  assert.equal((await send('?name=a', 'hello')).status, 400, 'no archive');
  assert.equal((await send('?name=a', '')).status, 400, 'nothing');
  const cut = zip(kProject);
  assert.equal((await send('?name=a', cut.subarray(0, cut.length - 30))).status, 400, 'a cut one');
  assert.equal((await send('?name=a', tar([file]), { token: null })).status, 401, 'no token');
  assert.deepEqual(await there(), before);
});

test('an archive of more than a GiB is refused before it is sent', async () => {
  const answer = await send('?name=a', undefined, {
    headers: { 'Content-Length': String(2 * 1024 ** 3), Expect: '100-continue' },
  });
  assert.equal(answer.status, 413);
  assert.match(answer.json.detail, /1024 MiB/);
});

/// A connection whose upload is under way: half of it is sent. `answer` is what came at its end.
async function begin(query, bytes, to = server) {
  const { hostname, port } = new URL(to.url);
  const socket = net.connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(
    `POST /workspaces/import${query} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
      `Authorization: Bearer ${to.token}\r\nContent-Length: ${bytes.length}\r\n` +
      'Expect: 100-continue\r\n\r\n',
  );
  const [first] = await once(socket, 'data');
  assert.match(first.toString(), /^HTTP\/1\.1 100 /, 'the server has begun to take it');
  const parts = [];
  socket.on('data', (part) => parts.push(part));
  const answer = new Promise((resolve) => {
    socket.on('close', () => resolve(Buffer.concat(parts).toString()));
  });
  socket.write(bytes.subarray(0, bytes.length / 2));
  return { socket, answer };
}

test('an upload that breaks off leaves nothing, and its id is free again', async () => {
  const before = await there();
  const archive = tar([{ name: 'a', text: randomBytes(4 << 20) }]);
  const { socket } = await begin('?name=cut&request=cut-1', archive);
  const other = await send('?name=other&request=cut-1', tar([file]));
  assert.equal(other.status, 409, other.text);
  socket.destroy();
  const again = await eventually(async () => {
    const answer = await send('?name=again&request=cut-1', tar([file]));
    return answer.status === 201 && answer;
  }, 'the id is free again');
  const now = await there();
  assert.deepEqual(
    now.ids.filter((id) => !before.ids.includes(id)),
    [again.json.id],
  );
  assert.equal(now.folders.length, before.folders.length + 1);
});

test('an upload is stopped by its id', async () => {
  const before = await there();
  const archive = tar([{ name: 'a', text: randomBytes(4 << 20) }]);
  const { socket, answer } = await begin('?name=stopped&request=stop-1', archive);
  const { json } = await request(server, 'DELETE', '/workspaces/provision/stop-1');
  assert.equal(json.cancelled, true);
  socket.write(archive.subarray(archive.length / 2));
  assert.match(await answer, /^HTTP\/1\.1 503 /);
  assert.deepEqual(await there(), before);
});

test('no more than four archives are taken at a time', async () => {
  const archive = tar([{ name: 'a', text: randomBytes(1 << 20) }]);
  const uploads = [];
  for (let index = 0; index < 4; ++index) uploads.push(await begin('?name=many', archive));
  const answer = await send('?name=fifth', tar([file]));
  assert.equal(answer.status, 429, answer.text);
  for (const { socket } of uploads) socket.destroy();
  const taken = async () => (await send('?name=fifth', tar([file]))).status === 201;
  await eventually(taken, 'one more is taken again');
});

test('a body in chunks of unknown length', async () => {
  const { hostname, port } = new URL(server.url);
  const call = http.request({
    hostname,
    port,
    method: 'POST',
    path: '/workspaces/import?name=chunks',
    headers: { Authorization: `Bearer ${server.token}`, 'Transfer-Encoding': 'chunked' },
  });
  const archive = tarGz(kProject);
  for (let at = 0; at < archive.length; at += 50_000) call.write(archive.subarray(at, at + 50_000));
  call.end();
  const [response] = await once(call, 'response');
  response.resume();
  assert.equal(response.statusCode, 201);
});

test('the command imports a file, and says what it left out', async () => {
  const folder = temporaryFolder();
  const archive = path.join(folder, 'my words.tar.gz');
  writeFileSync(archive, tarGz([file, { name: '.git/hooks/x', text: 'x' }]));
  const text = await coditect(['import', archive], { server });
  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, /^ws_\w+ {2}my words\nhttp\S+\/#\/workspaces\/ws_/);
  assert.match(text.stderr, /^left out: \.git\/hooks\/x: /m);
  const json = await coditect(['import', archive, 'named', '--json'], { server });
  const made = JSON.parse(json.stdout);
  assert.equal(made.name, 'named');
  assert.equal(made.source.file, 'my words.tar.gz');
  assert.equal(await opened(made).text('fine.txt'), 'fine\n');
  const input = await coditect(['import', '-', 'from input', '--json'], {
    server,
    input: zip([file]),
  });
  assert.equal(JSON.parse(input.stdout).name, 'from input', input.stderr);
});

test('the command says what is wrong', async () => {
  const folder = temporaryFolder();
  const hostile = path.join(folder, 'hostile.zip');
  writeFileSync(hostile, zip([file, { name: '../evil', text: 'x' }]));
  const cases = [
    [['import', hostile], 1, /'\.\.\/evil' leads out/],
    [['import', path.join(folder, 'none.zip')], 1, /none\.zip/],
    [['import', folder], 1, /is a folder/],
    [['import', '-'], 2, /NAME/],
    [['import'], 2, /FILE/],
  ];
  for (const [args, code, why] of cases) {
    const result = await coditect(args, { server });
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, why);
    assert.match(result.stderr, /^hint: /m);
  }
  const help = await coditect(['import', '--help'], { server });
  assert.match(help.stdout, /Refused/);
});
