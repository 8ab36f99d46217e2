// Checks every source file of the checkout for the house rules that no compiler knows.
//
//   node tools/check/main.mjs        prints FILE:LINE: [rule] what, and exits 1 when there is any
//
// The rules are pure functions over lines (layers, shape, words, files); this file reads the disk.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { check_header, check_lock, check_test_place } from './files.mjs';
import { check_includes, check_table, parse_layers } from './layers.mjs';
import {
  check_file_length,
  check_function_length,
  check_line_length,
  kFileLinesLook,
} from './shape.mjs';
import { check_words } from './words.mjs';

const kRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const kSource = 'server/src/';
// Recorded traffic is data: nobody chose its lines.
const kData = /(^|\/)(fixtures|testdata|snapshots)\//;

function source_files() {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: kRoot,
  });
  const files = listed.toString().split('\0').filter(Boolean);
  return files.filter((file) => !kData.test(file) && is_file(path.join(kRoot, file)));
}

function is_file(file) {
  return existsSync(file) && statSync(file).isFile();
}

function kind_of(file) {
  if (/\.(h|cpp)$/.test(file)) return 'cpp';
  if (/\.(mjs|js|ts|tsx)$/.test(file)) return 'script';
  if (/\.(sh|cmake|css)$|CMakeLists\.txt$|Makefile$/.test(file)) return 'other';
  if (/^(tools|\.ci|deploy)\/[^.]*$/.test(file)) return 'other';
  return undefined;
}

function check_code(file, lines, layers, siblings) {
  const kind = kind_of(file);
  const problems = [...check_lock(file, lines)];
  if (kind === undefined) return problems;
  problems.push(
    ...check_words(lines, kind),
    ...check_file_length(lines),
    ...check_line_length(lines),
  );
  if (kind !== 'other') problems.push(...check_function_length(lines));
  if (kind === 'cpp') {
    problems.push(...check_header(file, lines), ...check_test_place(file, siblings));
    if (file.startsWith(kSource)) {
      const exists = (include) => is_file(path.join(kRoot, kSource, include));
      problems.push(...check_includes(layers, file.slice(kSource.length), lines, exists));
    }
  }
  return problems;
}

function main() {
  const layers = parse_layers(readFileSync(path.join(kRoot, 'server/CMakeLists.txt'), 'utf8'));
  const files = source_files();
  const folders = by_folder(files);
  const problems = [...check_table(layers)];
  const long = [];
  for (const file of files) {
    if (kind_of(file) === undefined && !file.endsWith('package-lock.json')) continue;
    const lines = readFileSync(path.join(kRoot, file), 'utf8').replace(/\n$/, '').split('\n');
    const siblings = folders.get(path.dirname(file)).map((each) => path.basename(each));
    for (const problem of check_code(file, lines, layers, siblings))
      problems.push({ file, ...problem });
    if (kind_of(file) !== undefined && lines.length > kFileLinesLook)
      long.push([lines.length, file]);
  }
  for (const [count, file] of long.sort((a, b) => b[0] - a[0])) {
    console.log(`check: look again: ${file} has ${count} lines`);
  }
  for (const { file, line, rule, text } of problems)
    console.log(`${file}:${line}: [${rule}] ${text}`);
  console.log(`check: ${files.length} files, ${layers.length} layers, ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

function by_folder(files) {
  const groups = new Map();
  for (const file of files) {
    const folder = path.dirname(file);
    groups.set(folder, [...(groups.get(folder) ?? []), file]);
  }
  return groups;
}

process.exitCode = main();
