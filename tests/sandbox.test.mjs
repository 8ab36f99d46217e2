// Commands that try to get out: each attempt fails, the server stays healthy, and the log says what
// was tried. The attempts are made as an agent would make them, through the public interface.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { request } from './lib/http.mjs';
import { rehearse, runCommand, say, tool } from './lib/rehearsal.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kCanary = 'sk-canary-5d1f0c8a77e94b';
const kSecret = 'open sesame 91c2';
const kMiB = 1 << 20;
let server;
let other;

before(async () => {
  const folder = temporaryFolder();
  writeFileSync(
    path.join(folder, 'coditect.toml'),
    '[commands]\nwritten_mb = 64\nwritten_files = 5000\nproject_mb = 200\nmemory_mb = 256\nprocesses = 100\n',
  );
  writeFileSync(path.join(folder, 'secret.txt'), kSecret);
  server = await Server.start(undefined, {
    folder,
    env: {
      ANTHROPIC_API_KEY: kCanary,
      OPENAI_API_KEY: kCanary,
      AWS_SECRET_ACCESS_KEY: kCanary,
      CODITECT_TOKEN: kCanary,
    },
  });
  other = await Workspace.provision(server, { kind: 'empty' }, 'another workspace');
  await other.create('plans.txt', kSecret);
});
after(() => server?.stop());

/// What the tools of a task answered, in order.
async function outcomes(workspace, task) {
  const events = await workspace.events();
  return events
    .filter(({ type, data }) => type === 'tool_call' && data.phase === 'finished')
    .filter((event) => event.task === task.id)
    .map(({ data }) => ({ ok: data.ok, output: data.output }));
}

/// Plays `steps` as `agent`; the outcomes of its tools. The task succeeds whatever they are.
async function play(workspace, steps, agent = 'claude') {
  const task = await workspace.run(agent, rehearse(...steps, say('done')));
  return outcomes(workspace, task);
}

async function run(workspace, command, agent) {
  const [outcome] = await play(workspace, [runCommand(command)], agent);
  return outcome;
}

/// The server answers, is well, and runs commands as before.
async function assertHealthy(workspace) {
  const health = await request(server, 'GET', '/health');
  assert.equal(health.status, 200, health.text);
  assert.equal(health.json.status, 'ok', health.text);
  const fine = await run(workspace, 'echo fine', 'kimi');
  assert.match(fine.output, /^fine\n/);
}

/// What a file holds; nothing where it was removed while we looked.
function contentOf(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    assert.equal(error.code, 'ENOENT');
    return '';
  }
}

/// Processes of the machine whose arguments hold `marker`.
function processesWith(marker) {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(marker);
    } catch {
      return false; // it ended while we looked
    }
  });
}

test('which limits are in force is said', async () => {
  const { json } = await request(server, 'GET', '/health');
  assert.match(json.sandbox, /^bubblewrap: .*no capabilities, seccomp filter; .*(cgroup|rlimit)/);
  assert.match(json.sandbox, /written 64 MiB/);
});

test('files outside the project cannot be read', async () => {
  const workspace = await Workspace.provision(server);
  const mine = workspace.folder();
  const targets = [
    server.readyFile,
    path.join(server.data, 'node/server.json'),
    path.join(server.data, 'node'),
    server.data,
    path.join(server.folder, 'secret.txt'),
    path.join(other.projects(), 'plans.txt'),
    path.join(other.folder(), 'sessions'),
    path.join(mine, 'sessions'),
    path.join(mine, 'databases'),
    '/workspace/../../projects/plans.txt',
    `/proc/${server.pid}/environ`,
    `/proc/${server.pid}/root${server.readyFile}`,
    `/proc/1/root${server.readyFile}`,
    `/proc/self/root${server.readyFile}`,
    '/proc/1/cwd/../secret.txt',
    '/etc/shadow',
    '/root',
    '/var/log',
    '/sys/kernel',
    '/dev/mem',
    '/dev/vda',
    '/proc/kcore',
  ];
  const reads = targets.map((target) => runCommand(`cat '${target}' || ls -la '${target}'/`));
  const links = targets.map((target) =>
    runCommand(`rm -f way && ln -s '${target}' way && { cat way || ls -la way/; }`),
  );
  const answers = await play(workspace, [...reads, ...links]);
  assert.equal(answers.length, 2 * targets.length);
  for (const [index, { ok, output }] of answers.entries()) {
    const target = targets[index % targets.length];
    assert.equal(ok, false, `${target}: ${output}`);
    for (const secret of [kSecret, kCanary, server.token]) {
      assert.ok(!output.includes(secret), `${target}: ${output}`);
    }
  }
  await assertHealthy(workspace);
});

test('no key is in any environment, in the log or below the data folder', async () => {
  const workspace = await Workspace.provision(server);
  const [shown, searched] = await play(workspace, [
    runCommand(
      'env; cat /proc/*/environ /proc/*/cmdline | tr "\\0" "\\n"; echo processes $(ls /proc | grep -c ^[0-9])',
    ),
    runCommand(`grep -rs canary-5d1f /workspace /tmp /etc /dev/shm /proc/*/environ; echo searched`),
  ]);
  assert.ok(!shown.output.includes(kCanary), shown.output);
  assert.match(shown.output, /HOME=\/tmp\/home/);
  assert.ok(Number(/^processes (\d+)$/m.exec(shown.output)[1]) < 10, 'only its own processes');
  assert.match(searched.output.replace(/^.*Binary file.*\n/gm, ''), /^searched\n/);
  assert.ok(!JSON.stringify(await workspace.events()).includes(kCanary));
  const holding = readdirSync(server.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => contentOf(file).includes(kCanary));
  assert.deepEqual(holding, []);
});

test('there is no network, and no socket of the host', async (t) => {
  const workspace = await Workspace.provision(server);
  let visitors = 0;
  const listener = net.createServer((socket) => {
    visitors += 1;
    socket.end(kSecret);
  });
  listener.listen(0, '0.0.0.0');
  const abstract = net.createServer((socket) => socket.end(kSecret));
  abstract.listen('\0coditect-sandbox-test');
  t.after(() => Promise.all([listener.close(), abstract.close()]));
  await Promise.all(
    [listener, abstract].map(
      (one) => one.listening || new Promise((r) => one.once('listening', r)),
    ),
  );
  const { port } = listener.address();
  const python = (code) => `python3 -c '${code}'`;
  const attempts = [
    `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`,
    `exec 3<>/dev/tcp/${new URL(server.url).hostname}/${new URL(server.url).port} && echo in`,
    'exec 3<>/dev/udp/1.1.1.1/53 && echo x >&3 && echo sent',
    'exec 3<>/dev/tcp/169.254.169.254/80 && echo metadata',
    'getent hosts example.com',
    python(
      'import socket; s = socket.socket(socket.AF_UNIX); s.connect("\\0coditect-sandbox-test"); print(s.recv(99))',
    ),
    python('import socket; socket.socket(40, 1, 0)'),
    python('import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)'),
    python('import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)'),
    'ip link add x type dummy || ifconfig lo down',
  ];
  const answers = await play(
    workspace,
    attempts.map((attempt) => runCommand(attempt)),
  );
  for (const [index, { ok, output }] of answers.entries()) {
    assert.equal(ok, false, `${attempts[index]}: ${output}`);
    assert.ok(!output.includes(kSecret), `${attempts[index]}: ${output}`);
  }
  assert.equal(visitors, 0);
});

const kBombs = [
  ['fork', 'bomb() { bomb | bomb & }; bomb; sleep 2; echo over 424201', 6],
  ['memory', 'head -c 2000M /dev/zero | tail -c 1000M | wc -c', 30],
  [
    'memory in /dev/shm',
    'for i in {1..30}; do head -c 60M /dev/zero > /dev/shm/$i || exit 1; done',
    30,
  ],
  ['disk, one file', 'cat /dev/zero > big', 60],
  ['disk, many files', 'i=0; while :; do head -c 8M /dev/zero > f$i; i=$((i+1)); done', 60],
  ['disk, a file without a name', 'exec 3<>gone; rm gone; cat /dev/zero >&3', 60],
  ['disk, many names', 'mkdir m; i=0; while :; do mkdir -p m/$i/{1..400}; i=$((i+1)); done', 60],
  ['output', 'yes 424202', 4],
];

for (const [name, command, timeout_s] of kBombs) {
  test(`a bomb is contained: ${name}`, async () => {
    const workspace = await Workspace.provision(server);
    const [{ output }] = await play(workspace, [tool('run_command', { command, timeout_s })]);
    assert.ok(output.length < 100_000, 'what is shown is bounded');
    if (name.startsWith('disk')) {
      assert.match(output, /disk limit|File size limit/, 'it says why');
    }
    if (name.startsWith('memory')) assert.match(output, /memory limit|Cannot allocate|No space/);
    assert.deepEqual(processesWith('424201').concat(processesWith('424202')), []);
    await assertHealthy(workspace);
  });
}

test('links and renames do not lead the file tools out of the tree', async () => {
  const workspace = await Workspace.provision(server);
  const outside = path.join(server.folder, 'outside');
  mkdirSync(outside, { recursive: true });
  writeFileSync(path.join(outside, 'x.txt'), kSecret);
  await run(workspace, `ln -s ${outside} d; ln -s ${outside}/x.txt f; ln -s ../sessions s`);
  const calls = [
    ['files.read', { path: 'd/x.txt' }],
    ['files.read', { path: 'f' }],
    ['files.create', { path: 'd/new.txt', text: 'x' }],
    ['files.create', { path: 's/new.txt', text: 'x' }],
    ['files.tree', { path: 'd' }],
    ['files.move', { path: 'd/x.txt', to: 'got.txt' }],
    ['files.remove', { path: 'd/x.txt' }],
  ];
  for (const [method, params] of calls) {
    await assert.rejects(workspace.call(method, params), undefined, `${method} ${params.path}`);
  }
  const tools = await play(workspace, [
    tool('read_file', { path: 'd/x.txt' }),
    tool('read_file', { path: 'f' }),
    tool('write_file', { path: 'd/x.txt', text: 'changed' }),
    tool('write_file', { path: 'f', text: 'changed' }),
    tool('search', { query: 'sesame' }),
  ]);
  for (const { output } of tools) assert.ok(!output.includes(kSecret), output);
  assert.deepEqual(
    tools.slice(0, 4).map(({ ok }) => ok),
    [false, false, false, false],
  );
  assert.deepEqual(readdirSync(outside), ['x.txt']);
  assert.equal(readFileSync(path.join(outside, 'x.txt'), 'utf8'), kSecret);
});

test('a folder that turns into a link while files are written leads nobody out', async () => {
  const workspace = await Workspace.provision(server);
  const outside = path.join(server.folder, 'raced');
  mkdirSync(outside, { recursive: true });
  writeFileSync(path.join(outside, 'x.txt'), kSecret);
  const flip = [
    `mkdir -p real; echo mine > real/x.txt; ln -s ${outside} link; ln -s real d`,
    'end=$((SECONDS+6))',
    'while [ $SECONDS -lt $end ]; do mv -T real d2; mv -T link real; mv -T real link; mv -T d2 real; done',
  ].join('; ');
  const racing = workspace.submit('gemini', rehearse(runCommand(flip), say('done')));
  const texts = [];
  let over = false;
  const ended = workspace.finished(await racing).then(() => (over = true));
  for (let round = 0; !over; ++round) {
    const answers = await workspace.batch([
      ['files.create', { path: `real/new${round}.txt`, text: 'inside' }],
      ['files.read', { path: 'real/x.txt' }],
      ['files.tree', { path: 'real' }],
    ]);
    texts.push(JSON.stringify(answers));
  }
  await ended;
  assert.ok(texts.length > 5, `only ${texts.length} rounds`);
  assert.ok(!texts.some((text) => text.includes(kSecret)));
  assert.deepEqual(readdirSync(outside), ['x.txt']);
  assert.equal(readFileSync(path.join(outside, 'x.txt'), 'utf8'), kSecret);
  await assertHealthy(workspace);
});

test('what a repository says is run stays in the sandbox', async () => {
  const workspace = await Workspace.provision(server);
  const marker = path.join(server.folder, 'ran-outside');
  const evil = `touch ${marker}; touch ran-inside`;
  await play(workspace, [
    runCommand(
      [
        'git init -q . && git config core.fsmonitor "/workspace/evil.sh"',
        `printf '#!/bin/sh\\n${evil}\\n' > evil.sh && chmod +x evil.sh`,
        'cp evil.sh .git/hooks/pre-commit; cp evil.sh .git/hooks/post-checkout',
        'git config filter.x.clean /workspace/evil.sh; git config diff.external /workspace/evil.sh',
        'echo "* filter=x" > .gitattributes; git config core.pager /workspace/evil.sh',
      ].join('\n'),
    ),
    tool('git', { args: ['status'] }),
    tool('git', { args: ['add', 'evil.sh'] }),
    tool('git', { args: ['commit', '-m', 'evil'] }),
    tool('git', { args: ['diff'] }),
  ]);
  await workspace.call('checkpoints.create', { label: 'now' });
  // Neither does a clone or a copy of it run anything.
  await Workspace.provision(server, { kind: 'git', url: workspace.projects() });
  const copied = await Workspace.provision(server, { kind: 'path', path: server.folder + '/none' })
    .then(() => true)
    .catch(() => false);
  assert.equal(copied, false);
  assert.ok(!existsSync(marker));
});

const kLocked = "the holder's text\n";
const kTrespasses = [
  'echo mine > locked.txt',
  'echo mine >> locked.txt',
  'sed -i s/holder/thief/ locked.txt',
  'rm -f locked.txt',
  'mv locked.txt other.txt',
  'echo mine > own.txt && mv -f own.txt locked.txt',
  'cp /etc/hosts locked.txt',
  'truncate -s 0 locked.txt',
  'ln -f locked.txt second && echo mine > second',
  'ln -sf /etc/hosts locked.txt',
  'chmod 777 locked.txt',
  'umount locked.txt && echo mine > locked.txt',
  `python3 -c 'import os; os.rename("locked.txt", "x")'`,
];
const lock = (workspace, file) =>
  workspace.call('locks.acquire', {
    path: file,
    mode: 'write',
    timeout_ms: 0,
    lease_ms: 600_000,
  });
async function read(workspace, file) {
  const { text, version } = await workspace.read(file);
  return { text, version };
}
const onDisk = (workspace, file) => readFileSync(path.join(workspace.projects(), file), 'utf8');

test('what somebody has locked no command changes', async () => {
  const workspace = await Workspace.provision(server);
  const { version } = await workspace.create('locked.txt', kLocked);
  await lock(workspace, 'locked.txt');
  const answers = await play(
    workspace,
    kTrespasses.map((command) => runCommand(command)),
  );
  for (const [index, { ok, output }] of answers.entries()) {
    assert.equal(ok, false, `${kTrespasses[index]}: ${output}`);
    assert.match(output, /another one has locked it: locked\.txt \(user:/);
  }
  assert.deepEqual(await read(workspace, 'locked.txt'), { text: kLocked, version });
  assert.equal(onDisk(workspace, 'locked.txt'), kLocked);
  const edits = (await workspace.events()).filter(
    ({ type, data }) => type === 'file_edit' && data.path === 'locked.txt',
  );
  assert.equal(edits.length, 1, 'nobody but its holder has changed it');
  // The holder's own write goes on from the version it knows.
  await workspace.call('files.write', { path: 'locked.txt', text: 'x\n', base_version: version });
});

test('what is locked while a command runs is held from then on, and what came through is put back', async () => {
  const workspace = await Workspace.provision(server);
  const { version } = await workspace.create('src/locked.txt', kLocked);
  await workspace.create('free.txt', 'old\n');
  // The file is open for writing and has a second name when it is locked, and its folder moves.
  const command = [
    'exec 3>>src/locked.txt; ln src/locked.txt twin',
    'touch begun; until [ -e go ]; do sleep 0.05; done',
    'echo mine > src/locked.txt; echo mine >&3; echo mine > twin',
    'mv src moved; mkdir src; echo mine > src/locked.txt; echo mine > free.txt',
  ].join('\n');
  const [task] = await workspace.submit('claude', rehearse(runCommand(command), say('done')));
  await eventually(() => existsSync(path.join(workspace.projects(), 'begun')), 'it runs');
  await lock(workspace, 'src/locked.txt');
  await workspace.create('go', '');
  await workspace.finished([task]);
  const [{ ok, output }] = await outcomes(workspace, task);
  assert.equal(ok, false);
  assert.match(output, /put back as it was.*src\/locked\.txt \(user:owner\)/);
  assert.equal(onDisk(workspace, 'src/locked.txt'), kLocked);
  assert.deepEqual(await read(workspace, 'src/locked.txt'), { text: kLocked, version });
  assert.equal(await workspace.text('free.txt'), 'mine\n');
  const events = await workspace.events();
  const told = events.filter(({ type }) => type === 'file_put_back');
  assert.ok(told.length >= 1);
  for (const { data, actor } of told) {
    assert.equal(actor, `process:${task.id}`);
    assert.equal(data.put_back, true);
    assert.equal(data.holder, 'user:owner');
  }
});

test('what was locked can be changed once it is free, also by a command that runs already', async () => {
  const workspace = await Workspace.provision(server);
  await workspace.create('locked.txt', kLocked);
  const { token } = await lock(workspace, 'locked.txt');
  const command = 'touch begun; until echo mine >> locked.txt; do sleep 0.05; done 2>/dev/null';
  const [task] = await workspace.submit('claude', rehearse(runCommand(command), say('done')));
  await eventually(() => existsSync(path.join(workspace.projects(), 'begun')), 'it runs');
  await workspace.call('locks.release', { path: 'locked.txt', token });
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'succeeded');
  assert.equal(await workspace.text('locked.txt'), `${kLocked}mine\n`);
});

test('a cancel ends the whole tree within 3 s, daemons too', async () => {
  const workspace = await Workspace.provision(server);
  const command = [
    "setsid bash -c 'sleep 424211 & disown; exec sleep 424212' >/dev/null 2>&1 &",
    '( ( trap "" TERM HUP INT; setsid nohup sleep 424213 & ) & )',
    'trap "" TERM; sleep 424214',
  ].join('\n');
  const [task] = await workspace.submit('codex', rehearse(runCommand(command), say('done')));
  const names = ['424211', '424212', '424213', '424214'];
  await eventually(() => names.every((name) => processesWith(name).length > 0), 'all run');
  const begun = Date.now();
  await workspace.call('tasks.cancel', { id: task.id });
  await eventually(() => names.every((name) => processesWith(name).length === 0), 'all gone', 3000);
  assert.ok(Date.now() - begun < 3000);
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'cancelled');
});
