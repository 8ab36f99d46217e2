#!/usr/bin/env node
// Runs clang-tidy-19 (.clang-tidy) over the server's sources, several at a time as one source, and
// remembers what passed: a source is read again only when it, a header of ours that it includes,
// the configuration or its flags have changed.
//
//   tools/tidy/main.mjs            every source of the debug build
//   tools/tidy/main.mjs FOLDER...  only sources under server/src/FOLDER

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { blamed, joined, makeBatches } from './batches.mjs';
import { States, listSources, parseCommands, readerOf } from './sources.mjs';

const kRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const kSources = path.join(kRoot, 'server/src');
const kBuild = path.join(kRoot, process.env.CODITECT_TIDY_BUILD ?? 'build/debug');
const kOwn = path.join(kRoot, 'build/tidy');
const kMemory = path.join(kOwn, 'passed.json');
const kBatchMax = 16;

function loadMemory() {
  return existsSync(kMemory) ? JSON.parse(readFileSync(kMemory, 'utf8')) : {};
}

/// Ends with {passed, output}.
function clangTidy(file, flags) {
  const words = [
    '--quiet',
    `--config-file=${path.join(kRoot, '.clang-tidy')}`,
    file,
    '--',
    ...flags,
  ];
  return new Promise((resolve, reject) => {
    const process = spawn('clang-tidy-19', words, {
      cwd: kBuild,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    process.stdout.on('data', (bytes) => (output += bytes));
    process.on('error', reject);
    process.on('close', (code) => resolve({ passed: code === 0, output }));
  });
}

/// Calls `work` on each of `items`, as many at once as there are processors.
async function inParallel(items, work) {
  const queue = [...items];
  const worker = async () => {
    while (queue.length > 0) await work(queue.shift());
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

async function main(folders) {
  const commandsFile = path.join(kBuild, 'compile_commands.json');
  if (!existsSync(commandsFile)) {
    console.error('tidy: build the debug preset first (make test-unit)');
    return 1;
  }
  const commands = parseCommands(readFileSync(commandsFile, 'utf8'));
  const configuration = readFileSync(path.join(kRoot, '.clang-tidy'), 'utf8');
  const read = readerOf(kSources);
  const states = new States(read);
  const memory = loadMemory();
  const files = listSources(kSources, folders.length > 0 ? folders : ['.']);
  const sources = files.map((file) => {
    const flags = commands.get(path.join(kSources, file));
    if (flags === undefined) throw new Error(`tidy: ${file} is in no target of ${kBuild}`);
    return {
      file,
      flags,
      text: read(file),
      state: states.of(file, configuration + flags.join(' ')),
    };
  });
  const unread = sources.filter(({ file, state }) => memory[file] !== state);
  const stateOf = new Map(unread.map(({ file, state }) => [file, state]));
  const remember = (done) => {
    for (const file of done) memory[file] = stateOf.get(file);
    writeFileSync(kMemory, JSON.stringify(memory, null, 1));
  };
  mkdirSync(kOwn, { recursive: true });

  const size = Math.min(kBatchMax, Math.ceil(unread.length / availableParallelism()));
  const alone = [];
  await inParallel([...makeBatches(unread, size).entries()], async ([number, batch]) => {
    const source = path.join(kOwn, `batch-${number}.cpp`);
    const texts = batch.files.map((file) => [path.join(kSources, file), read(file)]);
    writeFileSync(source, joined(texts));
    const { passed, output } = await clangTidy(source, batch.flags);
    if (passed) return remember(batch.files);
    // In what line it is, only a source that is read alone says.
    const suspects = new Set(blamed(output, source, texts));
    const cleared = texts.filter(([full]) => !suspects.has(full)).map(([full]) => full);
    remember(cleared.map((full) => path.relative(kSources, full)));
    alone.push(...batch.files.filter((file) => suspects.has(path.join(kSources, file))));
  });
  const flags = new Map(unread.map((source) => [source.file, source.flags]));
  let failed = 0;
  await inParallel(alone, async (file) => {
    const { passed, output } = await clangTidy(path.join(kSources, file), flags.get(file));
    if (passed) return remember([file]);
    ++failed;
    process.stdout.write(output);
  });
  const counts = `${sources.length} sources, ${unread.length} read, ${alone.length} of them alone`;
  console.log(`tidy: ${counts}, ${failed} with findings`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
