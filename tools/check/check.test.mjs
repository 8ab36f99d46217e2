// Every rule finds its bad sample and leaves its good one alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkHeader, checkLock, checkTestPlace, withoutRawStrings } from './files.mjs';
import { checkIncludes, checkTable, layerOf, parseLayers } from './layers.mjs';
import { checkNames, typesOf } from './names.mjs';
import { checkFileLength, checkFunctionLength, checkLineLength } from './shape.mjs';
import { checkWords } from './words.mjs';

const kCmake = `
coditect_layer(base base LINKS Boost::json)
coditect_layer(async async ASIO LINKS base)
coditect_layer(journal storage/journal LINKS base PkgConfig::XXHASH)
coditect_layer(providers providers ASIO LINKS async EXCLUDE simulator)
coditect_layer(simulator providers/simulator ASIO
               LINKS providers)
`;
const layers = parseLayers(kCmake);

function includeProblems(file, ...includes) {
  const lines = includes.map((each) => `#include "${each}"`);
  return checkIncludes(layers, file, lines, (each) => !each.startsWith('nowhere/'));
}

test('layers are read in order, with the links that are layers', () => {
  assert.deepEqual(
    layers.map((layer) => layer.name),
    ['base', 'async', 'journal', 'providers', 'simulator'],
  );
  assert.deepEqual(layers[3].links, ['async']);
  assert.deepEqual(layers[4].links, ['providers']);
  assert.equal(layerOf(layers, 'providers/simulator/server.h').name, 'simulator');
  assert.equal(layerOf(layers, 'providers/wire/http.h').name, 'providers');
});

test('an include goes up the list only, and only where a link goes', () => {
  const cases = [
    ['itself', 'base/json.cpp', 'base/json.h', 0],
    ['a link', 'async/strand.h', 'base/check.h', 0],
    ['a link of a link', 'providers/provider.h', 'base/check.h', 0],
    ['a lower layer', 'base/json.cpp', 'async/strand.h', 1],
    ['a neighbour that is not linked', 'storage/journal/writer.h', 'async/strand.h', 1],
    ['the folder inside', 'providers/provider.h', 'providers/simulator/server.h', 1],
    ['the folder around', 'providers/simulator/server.h', 'providers/provider.h', 0],
    ['a path that is not from server/src', 'base/json.cpp', 'nowhere/json.h', 1],
    ['a file in no layer', 'stray/file.cpp', 'base/json.h', 1],
  ];
  for (const [name, file, include, count] of cases) {
    assert.equal(includeProblems(file, include).length, count, name);
  }
});

test('a link that points down the list is found', () => {
  const upsideDown = parseLayers('coditect_layer(a a LINKS b)\ncoditect_layer(b b)\n');
  assert.equal(checkTable(upsideDown).length, 1);
  assert.deepEqual(checkTable(layers), []);
});

test('files and lines have a limit', () => {
  assert.equal(checkFileLength(Array(800).fill('')).length, 0);
  assert.equal(checkFileLength(Array(801).fill('')).length, 1);
  assert.equal(checkLineLength(['a '.repeat(50)]).length, 0);
  assert.equal(checkLineLength([`${'a '.repeat(50)}b`]).length, 1);
  assert.equal(checkLineLength([`${'ä '.repeat(50)}`]).length, 0, 'columns are letters, not bytes');
  assert.equal(checkLineLength([`  d="${'M 1 2 '.repeat(20)}"`]).length, 0, 'quoted data');
  assert.equal(checkLineLength([`// ${'u'.repeat(150)}`]).length, 0, 'one long word');
});

test('functions have a limit', () => {
  const body = (count, indentation = '  ') => Array(count).fill(`${indentation}work();`);
  const cases = [
    ['at the limit', ['void f() {', ...body(70), '}'], 0],
    ['over it', ['void f() {', ...body(71), '}'], 1],
    ['a signature of two lines', ['void f(int a,', '       int b) {', ...body(71), '}'], 1],
    ['a method', ['class A {', '  void f() {', ...body(71, '    '), '  }', '};'], 1],
    ['a namespace', ['namespace a {', ...body(90), '}'], 0],
    ['a class in TypeScript', ['export class A {', ...body(90), '}'], 0],
    ['two short ones', ['void f() {', ...body(60), '}', '', 'void g() {', ...body(60), '}'], 0],
    [
      'an else',
      [
        'void f() {',
        '  if (a) {',
        ...body(40, '    '),
        '  } else {',
        ...body(40, '    '),
        '  }',
        '}',
      ],
      2,
    ],
  ];
  for (const [name, lines, count] of cases) {
    const problems = checkFunctionLength(lines);
    assert.equal(problems.length, count, `${name}: ${JSON.stringify(problems)}`);
  }
});

test('banned words are found in the kind of file where they mean it', () => {
  const cases = [
    ['cpp', `// ${'TO' + 'DO'}: later`, 1],
    ['cpp', 'co_spawn(strand, run(), detached);', 1],
    ['cpp', '// a semi-detached house', 1],
    ['cpp', 'thread.detach();', 1],
    ['cpp', 'int a = b;  // NOLINT', 1],
    ['cpp', 'GTEST_SKIP();', 1],
    ['cpp', 'GTEST_SKIP() << "no user namespaces on this machine";', 0],
    ['cpp', `open("${'/wo' + 'rk/main"'});`, 1],
    ['cpp', `open("${'/tm' + 'p/data"'});`, 1],
    ['cpp', 'mount("/tmp", "tmpfs");', 0],
    ['cpp', 'open("/network/tmp/data");', 0],
    ['other', `curl https://${'registry.' + 'npmjs.org'}/ws`, 1],
    ['script', `const a = b as ${'an' + 'y'};`, 1],
    ['script', `test.${'only'}("x", () => {});`, 1],
    ['script', `test.${'skip'}("x", () => {});`, 1],
    ['script', 'spawn(command, { detached: true });', 0],
    ['other', 'the many', 0],
  ];
  for (const [kind, line, count] of cases) {
    assert.equal(checkWords([line], kind).length, count, `${kind}: ${line}`);
  }
});

test('the temporary folder inside a sandbox has its own name', () => {
  const line = `mount("${'/tm' + 'p/home'}");`;
  assert.equal(checkWords([line], 'cpp', 'server/src/tools/sandbox/bubblewrap.cpp').length, 0);
  assert.equal(checkWords([line], 'cpp', 'server/src/tools/tool_box.cpp').length, 1);
});

test('raw strings are data', () => {
  const lines = ['a = R"(', '#include "words.h"', ')"; b();', 'c = R"x()" )x";', '#include "d.h"'];
  assert.deepEqual(withoutRawStrings(lines), [
    'a = R"(',
    '',
    '; b();',
    'c = R"x()" )x";',
    '#include "d.h"',
  ]);
});

test('catch (...) may not swallow', () => {
  const swallowed = ['try {', '  f();', '} catch (...) {', '  count++;', '}'];
  const rethrown = ['try {', '  f();', '} catch (...) {', '  close();', '  throw;', '}'];
  const kept = ['} catch (...) {', '  failure = std::current_exception();', '}'];
  assert.equal(checkWords(swallowed, 'cpp').length, 1);
  assert.equal(checkWords(rethrown, 'cpp').length, 0);
  assert.equal(checkWords(kept, 'cpp').length, 0);
});

test('headers are guarded, tests stand beside their file, lock files name no registry', () => {
  assert.equal(checkHeader('a.h', ['#pragma once', '', 'int a;']).length, 0);
  assert.equal(checkHeader('a.h', ['// What it is.', '#pragma once']).length, 0);
  assert.equal(checkHeader('a.h', ['int a;', '#pragma once']).length, 1);
  assert.equal(checkHeader('a.cpp', ['int a;']).length, 0);
  assert.equal(checkTestPlace('base/json_test.cpp', ['json.h', 'json_test.cpp']).length, 0);
  assert.equal(checkTestPlace('test/json_test.cpp', ['json_test.cpp', 'b_bench.cpp']).length, 1);
  assert.equal(
    checkLock('a/package-lock.json', ['"resolved": "https://somewhere/ws.tgz"']).length,
    1,
  );
  assert.equal(checkLock('a/package-lock.json', ['"version": "1.0.0"']).length, 0);
});

test('one name is one type in a namespace', () => {
  const header = [
    'namespace a::b {',
    'struct One {',
    '  struct Inner {',
    '  };',
    '};',
    'class Two final : public One {',
    '};',
    'struct Later;',
    'struct Two::Nested {',
    '};',
    '}  // namespace a::b',
  ];
  const types = typesOf(header);
  assert.deepEqual(
    types.map(({ name }) => name),
    ['a::b::One', 'a::b::Two'],
  );
  const of = (file) => types.map((type) => ({ file, ...type }));
  assert.equal(checkNames(of('x.h')).length, 0);
  assert.equal(checkNames([...of('x.h'), ...of('y.h')]).length, 2);
});
