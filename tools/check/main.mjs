// Checks every source file of the checkout for the house rules that no compiler knows.
//
//   node tools/check/main.mjs        prints FILE:LINE: [rule] what, and exits 1 when there is any
//
// The rules are pure functions over lines (layers, names, shape, words,
// files); this file reads the disk.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { checkHeader, checkLock, checkTestPlace, withoutRawStrings } from './files.mjs';
import { checkIncludes, checkTable, parseLayers } from './layers.mjs';
import { checkNames, typesOf } from './names.mjs';
import { checkFileLength, checkFunctionLength, checkLineLength, kFileLinesLook } from './shape.mjs';
import { checkWords } from './words.mjs';

const kRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const kSource = 'server/src/';
// Recorded traffic is data: nobody chose its lines.
const kData = /(^|\/)(fixtures|testdata|snapshots)\//;

function sourceFiles() {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: kRoot,
  });
  const files = listed.toString().split('\0').filter(Boolean);
  return files.filter((file) => !kData.test(file) && isFile(path.join(kRoot, file)));
}

function isFile(file) {
  return existsSync(file) && statSync(file).isFile();
}

function kindOf(file) {
  if (/\.(h|cpp)$/.test(file)) return 'cpp';
  if (/\.(mjs|js|ts|tsx)$/.test(file)) return 'script';
  if (/\.(sh|cmake|css)$|CMakeLists\.txt$|Makefile$/.test(file)) return 'other';
  if (/^(tools|\.ci|deploy)\/[^.]*$/.test(file)) return 'other';
  return undefined;
}

function checkCode(file, text, layers, siblings) {
  const kind = kindOf(file);
  if (kind === undefined) return checkLock(file, text);
  const lines = kind === 'cpp' ? withoutRawStrings(text) : text;
  const problems = [];
  problems.push(
    ...checkWords(lines, kind, file),
    ...checkFileLength(lines),
    ...checkLineLength(lines),
  );
  if (kind !== 'other') problems.push(...checkFunctionLength(lines));
  if (kind === 'cpp') {
    problems.push(...checkHeader(file, lines), ...checkTestPlace(file, siblings));
    if (file.startsWith(kSource)) {
      const exists = (include) => isFile(path.join(kRoot, kSource, include));
      problems.push(...checkIncludes(layers, file.slice(kSource.length), lines, exists));
    }
  }
  return problems;
}

function main() {
  const layers = parseLayers(readFileSync(path.join(kRoot, 'server/CMakeLists.txt'), 'utf8'));
  const files = sourceFiles();
  const folders = byFolder(files);
  const problems = [...checkTable(layers)];
  const long = [];
  const types = [];
  for (const file of files) {
    if (kindOf(file) === undefined && !file.endsWith('package-lock.json')) continue;
    const lines = readFileSync(path.join(kRoot, file), 'utf8').replace(/\n$/, '').split('\n');
    const siblings = folders.get(path.dirname(file)).map((each) => path.basename(each));
    for (const problem of checkCode(file, lines, layers, siblings))
      problems.push({ file, ...problem });
    if (file.startsWith(kSource) && file.endsWith('.h'))
      types.push(...typesOf(lines).map((type) => ({ file, ...type })));
    if (kindOf(file) !== undefined && lines.length > kFileLinesLook)
      long.push([lines.length, file]);
  }
  problems.push(...checkNames(types));
  for (const [count, file] of long.sort((a, b) => b[0] - a[0])) {
    console.log(`check: look again: ${file} has ${count} lines`);
  }
  for (const { file, line, rule, text } of problems)
    console.log(`${file}:${line}: [${rule}] ${text}`);
  console.log(`check: ${files.length} files, ${layers.length} layers, ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

function byFolder(files) {
  const groups = new Map();
  for (const file of files) {
    const folder = path.dirname(file);
    groups.set(folder, [...(groups.get(folder) ?? []), file]);
  }
  return groups;
}

process.exitCode = main();
