// What is read together, and what is read again.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { blamed, hiddenNames, joined, makeBatches, unitedFlags } from './batches.mjs';
import { States, flagsOf, parseCommands } from './sources.mjs';

const kSource = `#include "a/b.h"
#define LOCAL_MACRO 1

namespace coditect::a {

namespace {

namespace fs = std::filesystem;
using other::Name;

constexpr std::size_t kBytesMax = 5;
constexpr std::string_view kText = "x = y(";
const Thing kThings[] = {{1}};

struct Options {
  int inner = 0;
};
class Reader final : public Base {
 public:
};
enum class Kind { kOne };
template <class T>
std::vector<std::pair<int, T>> collect(T value) {
  return {};
}
awaitable<Result<json::value>> list(
    MethodCall call) {
}

}  // namespace

static int counter = 0;
Result<void> Shown::shown(int seen) {
  int kInside = 1;
}

}  // namespace coditect::a
`;

test('the names that a source keeps to itself are found', () => {
  assert.deepEqual([...hiddenNames(kSource)].sort(), [
    '#LOCAL_MACRO',
    'coditect::a/Kind',
    'coditect::a/Options',
    'coditect::a/Reader',
    'coditect::a/collect',
    'coditect::a/counter',
    'coditect::a/kBytesMax',
    'coditect::a/kText',
    'coditect::a/kThings',
    'coditect::a/list',
  ]);
});

function source(file, space, name, flags = ['-O1', 'x.pch']) {
  const text = `namespace ${space} {\nnamespace {\nint ${name} = 1;\n}  // namespace\n}\n`;
  return { file, flags, text };
}

test('a batch has one kind of precompiled header and no name twice', () => {
  const plain = ['-O1'];
  const batches = makeBatches(
    [
      source('1', 'a', 'one'),
      source('2', 'a', 'one'),
      source('3', 'b', 'one'),
      source('4', 'a', 'two', plain),
      source('5', 'a', 'two'),
    ],
    16,
  );
  assert.deepEqual(
    batches.map((batch) => batch.files.join('')),
    ['135', '2', '4'],
  );
});

test('a batch has a size, and every source is in one', () => {
  const sources = Array.from({ length: 10 }, (_, at) => source(`f${at}`, 'a', `name${at}`));
  const batches = makeBatches(sources, 4);
  assert.deepEqual(
    batches.map((batch) => batch.files.length),
    [4, 4, 2],
  );
  assert.equal(new Set(batches.flatMap((batch) => batch.files)).size, 10);
});

test('flags are united where they say what can be included', () => {
  assert.deepEqual(
    unitedFlags(
      ['-O1', '-DA', '-isystem', '/x'],
      ['-O2', '-DB', '-DA', '-isystem', '/x', '-isystem', '/y'],
    ),
    ['-O1', '-DA', '-isystem', '/x', '-DB', '-isystem', '/y'],
  );
});

test('sources are joined with their own names and lines', () => {
  assert.equal(
    joined([
      ['a.cpp', 'x'],
      ['b.cpp', 'y'],
    ]),
    '#line 1 "a.cpp"\nx\n#line 1 "b.cpp"\ny\n',
  );
});

test('a finding is blamed on the source that its line belongs to', () => {
  const texts = [
    ['a.cpp', 'one\ntwo\n'],
    ['b.cpp', 'three'],
    ['c.cpp', 'four\n'],
  ];
  const lines = joined(texts).split('\n');
  const at = (word) => lines.indexOf(word) + 1;
  const finding = (file, line, rule = 'some-check') => `${file}:${line}:7: error: bad [${rule}]\n`;
  const all = ['a.cpp', 'b.cpp', 'c.cpp'];
  const cases = [
    ['the first', finding('x.cpp', at('two')), ['a.cpp']],
    ['one in the middle', finding('x.cpp', at('three')), ['b.cpp']],
    ['two of them', finding('x.cpp', at('four')) + finding('x.cpp', at('one')), ['c.cpp', 'a.cpp']],
    ['a header', finding('x.cpp', at('one')) + finding('y.h', 1), all],
    ['a name twice', finding('x.cpp', at('four'), 'clang-diagnostic-error'), all],
    ['a line that is not there', finding('x.cpp', 99), all],
    ['nothing that is understood', 'Segmentation fault\n', all],
  ];
  for (const [name, output, expected] of cases) {
    assert.deepEqual(blamed(output, 'x.cpp', texts), expected, name);
  }
});

test('a command gives its flags, without names and with what was quoted', () => {
  const command = '/usr/bin/clang++-19 -DTEXT=\\"a b\\" -I/x -Xclang "-a b" -o out.o -c in.cpp';
  assert.deepEqual(flagsOf(command), ['-DTEXT="a', 'b"', '-I/x', '-Xclang', '-a b']);
  assert.deepEqual(
    parseCommands(JSON.stringify([{ file: '/s/in.cpp', command }])).get('/s/in.cpp'),
    flagsOf(command),
  );
});

test('a state changes with everything that is read, and with nothing else', () => {
  const files = {
    'a.cpp': '#include "a.h"\n#include <vector>\n',
    'a.h': '#pragma once\n  #  include "deep/b.h"\n#include "third_party.h"\n',
    'deep/b.h': '#include "a.h"\nint b;\n',
    'other.h': 'int other;\n',
  };
  const stateOf = (changes = {}, salt = 's') => {
    const all = { ...files, ...changes };
    return new States((file) => all[file]).of('a.cpp', salt);
  };
  const state = stateOf();
  assert.equal(stateOf(), state);
  assert.equal(stateOf({ 'other.h': 'changed' }), state);
  assert.notEqual(stateOf({ 'a.cpp': files['a.cpp'] + ' ' }), state);
  assert.notEqual(stateOf({ 'a.h': files['a.h'] + ' ' }), state);
  assert.notEqual(stateOf({ 'deep/b.h': 'int c;' }), state);
  assert.notEqual(stateOf({ 'third_party.h': '' }), state, 'a header that is ours now');
  assert.notEqual(stateOf({}, 'other flags'), state);
  assert.equal(new States(() => undefined).of('a.cpp', 's'), undefined);
});
