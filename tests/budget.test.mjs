// Budgets: spending stops before the limit, whoever spends, and the books balance with the log.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { assertBudgetsAreTheLogs, Books, nanos } from './lib/books.mjs';
import { CountingProviders } from './lib/providers.mjs';
import { kAgents, pause, rehearse, say, tool } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { Server } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

const usage = (input, output) => ({ usage: { input, output } });
const look = tool('list_files', { path: '' });
/// Calls that cost about two cents each with the dearest of the agents. Each looks for something
/// else: an agent that repeats itself is stopped.
const calls = (count) => {
  const steps = Array.from({ length: count }, (_, index) => {
    return [usage(3000, 500), tool('search', { query: `word ${index}` })];
  });
  return rehearse(...steps.flat(), say('done'));
};
const setBudget = (workspace, scope, limit_usd) =>
  workspace.call('cost.set_budget', { scope, ...(limit_usd === undefined ? {} : { limit_usd }) });
const budgetOf = async (workspace, scope) => {
  const { budgets } = await workspace.call('cost.summary');
  return budgets.find((row) => row.scope === scope);
};

/// The books that the log keeps, once they are those of the summary too.
async function audited(workspace) {
  const events = [];
  let summary;
  for (let quiet = false; !quiet;) {
    const before = await workspace.call('cost.summary');
    events.push(...(await workspace.events((events.at(-1)?.seq ?? 0) + 1)));
    summary = await workspace.call('cost.summary');
    quiet = isDeepStrictEqual(before, summary);
  }
  const books = Books.audit(events);
  assertBudgetsAreTheLogs(summary, books);
  assert.equal(nanos(summary.total.cost_usd), books.totalSpent, 'what the calls cost');
  assert.equal(books.spent.get('workspace') ?? 0, books.totalSpent, 'what the workspace spent');
  return books;
}

test('four agents race for one budget: its sum is never passed, and raising it is enough', async (t) => {
  const workspace = await Workspace.provision(server);
  await setBudget(workspace, 'workspace', 0.4);
  const tasks = await workspace.submit('all', calls(12));
  assert.equal(tasks.length, 4);
  for (const { id } of tasks) {
    await eventually(async () => {
      const { state } = await workspace.task(id);
      assert.ok(['queued', 'running', 'waiting'].includes(state), state);
      return state === 'waiting' && (await budgetOf(workspace, 'workspace')).reserved_usd === 0;
    }, `${id} waits`);
  }
  const books = await audited(workspace);
  const spent = books.spent.get('workspace');
  t.diagnostic(`$${spent / 1e9} of $0.4 are spent when nobody can make another call`);
  assert.ok(spent > 0 && spent <= nanos(0.4));
  for (const { id, agent } of tasks) {
    const { waits_for } = await workspace.task(id);
    assert.match(waits_for, /^budget: the budget of the workspace has \$/, agent);
  }
  const { agents } = await workspace.call('agents.list');
  assert.deepEqual(new Set(agents.map(({ state }) => state)), new Set(['waiting']));

  await setBudget(workspace, 'workspace', 50);
  for (const task of await workspace.finished(tasks)) assert.equal(task.state, 'succeeded');
  const all = await audited(workspace);
  assert.equal(all.reserved('workspace'), 0);
  assert.ok(all.spent.get('workspace') > spent);
});

test('a killed server’s calls are unsettled, and its books are those of the log', async (t) => {
  const mine = await Server.start(t);
  const workspace = await Workspace.provision(mine);
  await setBudget(workspace, 'day', 10);
  await workspace.run('kimi', calls(2));
  const tasks = await workspace.submit('all', rehearse(pause(60_000), say('late')));
  await eventually(
    async () => Books.audit(await workspace.events()).reserved('workspace') > 0,
    'calls are under way',
  );
  const before = Books.audit(await workspace.events());
  await mine.kill();
  await mine.start();
  const after = await audited(workspace);
  const unsettled = after.unsettled('workspace');
  assert.ok(unsettled >= before.reserved('workspace'), 'nothing that was reserved is forgotten');
  assert.equal(after.totalSpent, before.totalSpent);
  for (const { id } of tasks) await workspace.call('tasks.cancel', { id });
  await eventually(
    async () => (await budgetOf(workspace, 'workspace')).reserved_usd === 0,
    'the calls that were made again end',
  );

  const { unsettled: list } = await workspace.call('cost.summary');
  assert.ok(list.length >= 4);
  await refused(
    workspace.call('cost.settle', { reservation: list[0].reservation, cost_usd: 1000 }),
    'invalid',
  );
  for (const { reservation, amount_usd } of list) {
    await workspace.call('cost.settle', { reservation, cost_usd: amount_usd / 2 });
    await refused(workspace.call('cost.settle', { reservation, cost_usd: 0 }), 'not_found');
  }
  const settled = await audited(workspace);
  assert.equal(settled.unsettled('workspace'), 0);
  assert.ok(settled.totalSpent > before.totalSpent);
  await mine.restart();
  assert.deepEqual(await audited(workspace), settled, 'a restart changes no sum');
});

test('what a task delegates is spent from its budget', async () => {
  const workspace = await Workspace.provision(server);
  await setBudget(workspace, 'agent:codex', 0);
  const [parent] = await workspace.submit(
    'claude',
    rehearse(tool('delegate_task', { agent: 'codex', prompt: calls(3) }), say('handed over')),
    { budget_usd: 5 },
  );
  // It waits for what the other makes of it.
  await workspace.inState(parent.id, 'waiting');
  const scope = `task:${parent.id}`;
  const { tasks } = await workspace.call('tasks.list');
  const child = tasks.find((task) => task.parent === parent.id);
  const waitsFor = async (text) =>
    eventually(async () => (await workspace.task(child.id)).waits_for?.includes(text), text);
  await waitsFor('agent codex');
  const { spent_usd } = await budgetOf(workspace, scope);
  await setBudget(workspace, scope, spent_usd);
  await setBudget(workspace, 'agent:codex');
  await waitsFor(`task ${parent.id}`);
  await setBudget(workspace, scope, 5);
  const ended = await workspace.finished([child, parent]);
  assert.deepEqual(
    ended.map(({ state }) => state),
    ['succeeded', 'succeeded'],
  );
  const books = await audited(workspace);
  assert.ok(books.spent.get('agent:claude') > nanos(spent_usd), 'it has heard the answer');
  assert.equal(
    books.spent.get(scope),
    books.spent.get('agent:claude') + books.spent.get(`task:${child.id}`),
    'the parent’s and the child’s',
  );
  assert.equal((await workspace.task(parent.id)).budget_usd, 5);
});

test('a task that waits for its budget is cancelled at once, without a call', async () => {
  const workspace = await Workspace.provision(server);
  await setBudget(workspace, 'agent:gemini', 0);
  const [task] = await workspace.submit('gemini', calls(1));
  await workspace.inState(task.id, 'waiting');
  await workspace.call('tasks.cancel', { id: task.id });
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'cancelled');
  const types = (await workspace.events()).map(({ type }) => type);
  assert.ok(types.includes('task_waiting'));
  assert.ok(!types.includes('budget_reserved') && !types.includes('usage_recorded'));
});

test('an answer that breaks off or is refused is not paid for beyond the budget', async () => {
  const workspace = await Workspace.provision(server);
  await setBudget(workspace, 'workspace', 4);
  const steps = [{ fail: { status: 529, times: 1 } }, look, { drop: 'mid-stream' }, say('whole')];
  const tasks = await workspace.submit('all', rehearse(...steps));
  for (const task of await workspace.finished(tasks)) assert.equal(task.state, 'succeeded');
  const books = await audited(workspace);
  assert.equal(books.reserved('workspace'), 0);
  assert.ok(books.unsettled('workspace') > 0, 'nobody heard what the broken answers cost');
});

test('budgets that make no sense are refused', async () => {
  const workspace = await Workspace.provision(server);
  const head = await workspace.head();
  for (const scope of ['everything', 'agent:nobody', 'agent:', 'day:2026-11-20', '']) {
    await refused(setBudget(workspace, scope, 1), 'invalid', scope);
  }
  await refused(setBudget(workspace, 'task:t_nothing', 1), 'not_found');
  await refused(setBudget(workspace, 'workspace', -1), 'invalid');
  await refused(workspace.call('cost.settle', { reservation: 'r_x', cost_usd: 0 }), 'not_found');
  assert.deepEqual(await workspace.changesSince(head), []);
});

test('agents that are idle, or wait for their budget, make no calls', async (t) => {
  const providers = await CountingProviders.start(t);
  const mine = await Server.start(t, { models: 'of the environment', env: providers.env() });
  const workspace = await Workspace.provision(mine);
  const tasks = await workspace.submit('all', calls(1));
  for (const task of await workspace.finished(tasks)) assert.equal(task.state, 'succeeded');
  assert.equal(providers.requests, 2 * kAgents.length, 'the calls pass through the counter');
  await setBudget(workspace, 'workspace', 0);
  const [waiting] = await workspace.submit('claude', calls(1));
  await workspace.inState(waiting.id, 'waiting');
  const head = await workspace.head();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert.equal(providers.requests, 2 * kAgents.length);
  assert.deepEqual(await workspace.changesSince(head), [], 'nor do they write anything');
});
