// Searching a project of 100,000 files, beside plain `rg` in the same folder; and then its log.
//
//   node bench/search.mjs     prints a table; nothing is asserted but what is found
//
// BENCH_JSON names a file that receives the figures as well, BENCH_FILES says how many files.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Server, temporaryFolder } from '../lib/server.mjs';
import { Workspace } from '../lib/workspace.mjs';
import { median, noteLoad, printHead, report, save } from './figures.mjs';

const kFiles = Number(process.env.BENCH_FILES ?? 100_000);
const kFolderSize = 100;
const kRounds = 7;
const kNeedles = 20;
// One log: so many edits and messages.
const kEvents = Math.min(5_000, kFiles);

function makeTree() {
  const root = temporaryFolder();
  const every = Math.floor(kFiles / kNeedles);
  for (let index = 0; index < kFiles; ++index) {
    const folder = path.join(root, `part${Math.floor(index / kFolderSize)}`);
    if (index % kFolderSize === 0) mkdirSync(folder);
    const needle = index % every === every - 1 ? `a needle ${index}\n` : '';
    const lines = `function part${index}() {\n  return ${index};\n}\n`.repeat(1 + (index % 20));
    writeFileSync(path.join(folder, `file${index}.js`), lines + needle);
  }
  return root;
}

async function measured(name, work, details = {}) {
  const times = [];
  for (let round = 0; round < kRounds; ++round) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  const value = median(times);
  report(name, value, 'ms', undefined, { rounds: kRounds, ...details });
  return value;
}

const rg = (root, ...args) =>
  execFileSync('rg', ['--json', '--hidden', '--no-config', ...args, './'], { cwd: root })
    .toString()
    .split('\n')
    .filter((line) => line.includes('"type":"match"')).length;

async function files(workspace) {
  const root = workspace.projects();
  const find = async (query, more = {}) => {
    const found = await workspace.call('search.text', { query, limit: 1000, ...more });
    return found.matches.length;
  };
  for (const [what, query, count] of [
    ['a few matches', 'needle [0-9]+', kNeedles],
    ['no match', 'no such words anywhere', 0],
  ]) {
    const plain = await measured(`rg, ${what}`, () => {
      try {
        assert.equal(rg(root, query), count);
      } catch (error) {
        if (count > 0 || error.status !== 1) throw error;
      }
    });
    const sorted = await measured(`rg --sort path, ${what}`, () => {
      try {
        assert.equal(rg(root, '--sort=path', query), count);
      } catch (error) {
        if (count > 0 || error.status !== 1) throw error;
      }
    });
    await measured(`search.text, ${what}`, async () => assert.equal(await find(query), count), {
      beside: `rg ${plain.toFixed(0)} ms, sorted ${sorted.toFixed(0)} ms`,
    });
  }
  await measured('search.text, 1,000 of very many', async () => {
    assert.equal(await find('return'), 1000);
  });
  await measured('search.semantic without embeddings', async () => {
    const query = 'where is a needle';
    const found = await workspace.call('search.semantic', { query });
    assert.equal(found.mode, 'lexical');
    assert.match(found.matches[0].text, /a needle/);
  });
}

async function log(workspace) {
  for (let index = 0; index < kEvents; index += 100) {
    const calls = Array.from({ length: 100 }, (_, at) => [
      'files.create',
      { path: `log/${index + at}.txt`, text: `entry ${index + at}${at ? '' : ' wallaby'}\n` },
    ]);
    await workspace.batch(calls);
  }
  const find = (query) => workspace.call('search.text', { query, in: ['log'] });
  const began = performance.now();
  await find('wallaby');
  report(`search.text in the log, ${kEvents} events behind`, performance.now() - began, 'ms');
  await measured('search.text in the log, a rare word', async () => {
    assert.equal((await find('wallaby')).log.length, kEvents / 100);
  });
  await measured('search.text in the log, a word of every event', async () => {
    assert.equal((await find('entry')).log.length, 200);
  });
}

const server = await Server.start();
try {
  printHead();
  noteLoad();
  const source = { kind: 'path', path: makeTree() };
  const workspace = await Workspace.provision(server, source);
  await files(workspace);
  await log(workspace);
  save();
} finally {
  await server.stop();
}
