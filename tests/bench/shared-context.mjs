// What the shared context saves, and what it costs: the same tasks by the same four agents on the
// same repository, once told at the start of each task what there is and what others do (a map of
// the project, others' tasks, locks and changes), once not (shared_context = false).
//
// The model goes by a rule (reader.mjs) that acts on what it is told, so the figures hold for who
// acts so: a model that would not list the project without a map saves less.
//
//   node bench/shared-context.mjs     prints a table; nothing is asserted but that the work is done
//
// BENCH_JSON names a file that receives the figures as well, BENCH_TASKS says how many tasks.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { entry, makeLibrary, module } from '../lib/library.mjs';
import { Server, temporaryFolder } from '../lib/server.mjs';
import { waits } from '../lib/waits.mjs';
import { Workspace } from '../lib/workspace.mjs';
import { note, noteLoad, printHead, report, save } from './figures.mjs';
import { startReader } from './reader.mjs';

const kTasks = Number(process.env.BENCH_TASKS ?? 120);
const kAgents = ['one', 'two', 'three', 'four'];
const kLatencyMs = 40;
const kLogsEvery = 2;

const promptOf = (index, named) =>
  [
    `Put right what the function add${index} computes: it must add ${index} to its argument.`,
    named ? `It is in ${module(index)}.` : '',
    index % kLogsEvery === 0 ? 'Note it in CHANGELOG.md, right below "Unreleased".' : '',
    '',
  ]
    .filter((line, at) => line || at === 3)
    .join('\n');

function configure(folder, url, shared) {
  const agents = kAgents.map(
    (name) =>
      `[agents.${name}]\nprovider = "openai-compatible"\nmodel = "reader"\nbase_url = "${url}"\n`,
  );
  const server = `[server]\nshared_context = ${shared}\n`;
  writeFileSync(path.join(folder, 'coditect.toml'), `${server}\n${agents.join('\n')}`);
}

/// Does all tasks and returns what it took.
async function work(origin, reader, shared, named) {
  const folder = temporaryFolder();
  configure(folder, reader.url, shared);
  const quiet = { HTTPS_PROXY: '', https_proxy: '' };
  const server = new Server(folder, { models: 'configured', env: quiet });
  await server.start();
  try {
    const workspace = await Workspace.provision(server, { kind: 'git', url: `file://${origin}` });
    const began = performance.now();
    const submitted = [];
    for (let index = 0; index < kTasks; ++index) {
      const agent = kAgents[index % kAgents.length];
      submitted.push(...(await workspace.submit(agent, promptOf(index, named))));
    }
    for (const task of await workspace.finished(submitted)) {
      assert.equal(task.state, 'succeeded', JSON.stringify(task.error));
    }
    const seconds = (performance.now() - began) / 1000;
    const changes = await workspace.text('CHANGELOG.md');
    for (let index = 0; index < kTasks; ++index) {
      const text = await workspace.text(module(index));
      assert.ok(text.includes(`$1 + ${index})`), `add${index} is right`);
      if (index % kLogsEvery === 0)
        assert.ok(changes.includes(entry(index)), `add${index} is noted`);
    }
    return summary(await workspace.events(), seconds);
  } finally {
    await server.stop();
  }
}

function summary(events, seconds) {
  const usage = events.filter(({ type }) => type === 'usage_recorded');
  const sum = (name) => usage.reduce((all, { data }) => all + data[name], 0);
  const finished = events.filter(({ type, data }) => type === 'tool_call' && 'ok' in data);
  const waited = waits(events);
  return {
    'calls of the model': usage.length,
    'tokens in': sum('input') + sum('cached') + sum('cache_write'),
    'of these not from a cache': sum('input') + sum('cache_write'),
    'edits refused': finished.filter(({ data }) => !data.ok).length,
    'waits for locks': waited.times,
    'waited for locks': waited.ms,
    'time in all': seconds,
  };
}

const kUnits = { 'waited for locks': 'ms', 'time in all': 's' };

function compare(title, told, untold) {
  note(`${title}: ${kTasks} tasks, ${kAgents.length} agents`);
  for (const [name, value] of Object.entries(told)) {
    const without = untold[name];
    const saved = without === 0 ? 0 : (100 * (without - value)) / without;
    const beside = `without shared context ${without.toFixed(without % 1 ? 1 : 0)}; saved ${saved.toFixed(1)} %`;
    report(name, value, kUnits[name] ?? '', undefined, { without, beside });
  }
}

const origin = temporaryFolder();
makeLibrary(origin);
const reader = await startReader(kLatencyMs);
try {
  printHead();
  noteLoad();
  for (const [title, named] of [
    ['files have to be found', false],
    ['the task names its file', true],
  ]) {
    compare(
      title,
      await work(origin, reader, true, named),
      await work(origin, reader, false, named),
    );
  }
  save();
} finally {
  reader.close();
}
