// Several people in one file: the server orders what they type, and the file lies below it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Guest } from './lib/guest.mjs';
import { refused } from './lib/rpc.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

let server;
let workspace;
let files = 0;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
});
after(() => server?.stop());

/// An editor of a file, that knows no more of a document than its calls say.
class Editor {
  constructor(path, client, call = (method, params) => workspace.call(method, params)) {
    Object.assign(this, { path, client, call });
  }

  take({ session, version, text, saved, file }) {
    this.saved = saved;
    this.session = session;
    this.version = version;
    if (text !== undefined) this.text = text;
    if (file !== undefined) this.file = file;
  }

  async open(file_version = 0) {
    const { path, client } = this;
    this.take(await this.call('documents.open', { path, client, file_version }));
    return this;
  }

  async restore(text, base_version) {
    const { path, client } = this;
    this.take(await this.call('documents.restore', { path, client, text, base_version }));
    return this;
  }

  push(...changes) {
    const { path, client, session, version } = this;
    return this.call('documents.push', { path, client, session, version, changes });
  }

  async pull() {
    const { path, client, session, version } = this;
    const file_version = this.file?.version ?? 0;
    const params = { path, client, session, version, file_version };
    const pulled = await this.call('documents.pull', params);
    for (const { changes } of pulled.updates) this.text = applied(this.text, changes);
    this.take(pulled);
    return pulled;
  }

  /// Puts `text` at `at`, as a program that has pulled does.
  async insert(at, text) {
    const lines = text.split('\n');
    const rest = this.text.length - at;
    const change = [...(at > 0 ? [at] : []), [0, ...lines], ...(rest > 0 ? [rest] : [])];
    const { version } = await this.push(change);
    this.text = applied(this.text, change);
    this.version = version;
  }

  async save() {
    const { version } = await this.call('files.write', {
      path: this.path,
      text: this.text,
      base_version: this.file.version,
    });
    this.file = { ...this.file, version, text: this.text };
    return version;
  }
}

/// What CodeMirror's ChangeSet.fromJSON(changes).apply(text) gives.
function applied(text, changes) {
  let at = 0;
  let after = '';
  for (const part of changes) {
    const [length, ...lines] = Array.isArray(part) ? part : [part];
    after += Array.isArray(part) ? lines.join('\n') : text.slice(at, at + length);
    at += length;
  }
  assert.equal(at, text.length, 'a change of the whole text');
  return after;
}

async function newFile(text) {
  const path = `file${++files}.txt`;
  const { version } = await workspace.create(path, text);
  return { path, version };
}

async function two(text) {
  const { path, version } = await newFile(text);
  const ann = await new Editor(path, 'ann').open();
  const bob = await new Editor(path, 'bob').open();
  assert.equal(ann.file.version, version);
  return { path, ann, bob };
}

test('whoever comes late is told which version the file is, and what came after it', async () => {
  const { path, ann } = await two('one\n');
  await ann.insert(0, 'typed ');
  const late = await new Editor(path, 'late').open();
  assert.deepEqual([late.saved, late.version, late.file.text], [0, 1, 'one\n']);
  // From there it has what was typed, as if it had been here all the time.
  Object.assign(late, { version: late.saved, text: late.file.text });
  await late.pull();
  assert.equal(late.text, 'typed one\n');
  await ann.save();
  await ann.pull();
  await ann.insert(0, 'again ');
  const later = await new Editor(path, 'later').open();
  assert.deepEqual([later.saved, later.version, later.file.text], [1, 2, 'typed one\n']);
  // Under a text that is not saved the file is at no version.
  await workspace.write(path, 'other\n');
  await ann.pull();
  assert.equal((await new Editor(path, 'last').open()).saved, undefined);
});

test('the server gives changes an order, and refuses what is behind', async () => {
  const { ann, bob } = await two('one\ntwo\n');
  assert.equal(ann.session, bob.session);
  await ann.insert(0, 'zero\n');
  const why = await refused(bob.push([[0, 'x'], 8]), 'conflict');
  assert.match(why.hint, /pull/);
  const { updates } = await bob.pull();
  assert.deepEqual(
    updates.map(({ client, by }) => [client, by]),
    [['ann', 'user:owner']],
  );
  assert.equal(bob.text, 'zero\none\ntwo\n');
  await bob.insert(bob.text.length, 'three 🙂\n');
  await ann.pull();
  assert.equal(ann.text, 'zero\none\ntwo\nthree 🙂\n');
  const late = await new Editor(ann.path, 'late').open();
  assert.equal(late.text, ann.text);
  assert.equal(await workspace.text(ann.path), 'one\ntwo\n', 'nothing is saved yet');
});

test('what is no change of the text is refused whole', async () => {
  const { ann } = await two('abc');
  for (const bad of [
    [2],
    [4],
    [3, 1],
    [-1, 4],
    [1.5, 1.5],
    [['x'], 3],
    [[]],
    [[0, 'a\nb'], 3],
    [[0, 3], 3],
    ['abc'],
    [null],
    [{}],
    [[0, 'x'.repeat(600_000)], 3],
  ]) {
    await refused(
      ann.push([[0, 'good'], 3], bad),
      ['invalid', 'limit'],
      JSON.stringify(bad).slice(0, 40),
    );
  }
  await refused(ann.push(), ['invalid', 'limit'], 'nothing');
  assert.equal((await new Editor(ann.path, 'x').open()).text, 'abc');
});

test('everybody who is attached hears of it at once', async () => {
  const { ann, bob } = await two('abc');
  const socket = await workspace.open();
  await socket.attach();
  await ann.insert(3, '!');
  const { params } = await socket.waitFor(
    () => socket.notifications.find((each) => each.method === 'document'),
    'the document',
  );
  assert.equal(params.path, ann.path);
  assert.equal(params.session, ann.session);
  assert.equal(params.from, bob.version);
  assert.deepEqual(params.updates, [{ client: 'ann', by: 'user:owner', changes: [3, [0, '!']] }]);
  await socket.close();
});

test('a save makes the text of its version the file’s, also when others type on', async () => {
  const { ann, bob } = await two('a\n');
  await ann.insert(0, '1');
  await bob.pull();
  await bob.insert(0, '2');
  const version = await ann.save();
  const pulled = await bob.pull();
  assert.equal(pulled.file.version, version);
  assert.equal(pulled.file.text, '1a\n');
  assert.equal(pulled.file.clashes, false);
  assert.deepEqual(pulled.updates, [], 'a save changes no text');
  await ann.pull();
  assert.equal(ann.text, '21a\n', 'what came after the save is still there');
  await bob.save();
  assert.equal(await workspace.text(ann.path), '21a\n');
});

test('a change of the file becomes a change of a clean text, once', async () => {
  const { path, ann, bob } = await two('one\ntwo\nthree\n');
  await workspace.write(path, 'one\nTWO\nthree\nfour\n');
  const [first, second] = await Promise.all([ann.pull(), bob.pull()]);
  for (const { updates, file } of [first, second]) {
    assert.equal(updates.length, 1);
    assert.equal(updates[0].client, '');
    assert.equal(updates[0].by, 'user:owner');
    assert.equal(file.clashes, false);
    assert.deepEqual(updates[0].changes, [4, [3, 'TWO'], 7, [0, 'four', '']]);
  }
  assert.equal(ann.text, await workspace.text(path));
  assert.equal(bob.text, ann.text);
});

test('a change of the file under a text that is not saved clashes, and loses nothing', async () => {
  const { path, ann, bob } = await two('one\n');
  await ann.insert(0, 'mine ');
  await workspace.write(path, 'ONE\n');
  const { file } = await ann.pull();
  assert.equal(file.clashes, true);
  assert.equal(file.text, 'ONE\n');
  assert.equal(ann.text, 'mine one\n');
  await bob.pull();
  assert.equal(bob.text, 'mine one\n');
  await bob.save();
  assert.equal(await workspace.text(path), 'mine one\n');
  assert.equal((await ann.pull()).file.clashes, false);
});

test('going back to an earlier text is a change of the file, no save of long ago', async () => {
  const { path, ann } = await two('old\n');
  await ann.insert(0, 'new ');
  await ann.save();
  await ann.pull();
  await workspace.write(path, 'old\n');
  const { updates } = await ann.pull();
  assert.equal(updates.length, 1);
  assert.equal(ann.text, 'old\n');
});

test('of several who come back with one unsaved text only the first adds it', async () => {
  const { path, ann, bob } = await two('base\n');
  const base = ann.file.version;
  await ann.insert(4, ' typed together');
  await bob.pull();
  await server.restart();
  await refused(ann.pull(), 'not_found');
  await refused(bob.push([[0, 'x'], 20]), 'not_found');
  await Promise.all([ann.restore(ann.text, base), bob.restore(bob.text, base)]);
  assert.equal(ann.session, bob.session);
  assert.equal(ann.text, 'base typed together\n');
  assert.equal(bob.text, 'base typed together\n');
  const late = await new Editor(path, 'late').open();
  assert.equal(late.text, 'base typed together\n');
  assert.equal(await workspace.text(path), 'base\n');
});

test('a text that was based on another version is not put in', async () => {
  const { path, ann } = await two('a\n');
  const base = ann.file.version;
  await workspace.write(path, 'b\n');
  await ann.call('documents.close', { path, client: 'ann' });
  const again = await new Editor(path, 'again').restore('a typed\n', base);
  assert.equal(again.text, 'b\n');
});

test('nobody types while an agent holds the write lock, and all go on after it', async () => {
  const { path, ann } = await two('a\n');
  const bea = await Guest.join(server, 'Bea', { role: 'editor', workspace: workspace.id });
  const call = (method, params) => bea.call(workspace.id, method, params);
  const hers = await new Editor(path, 'bea', call).open();
  const lock = await workspace.call('locks.acquire', { path, mode: 'write', timeout_ms: 0 });
  const why = await refused(hers.push([[0, 'x'], 2]), 'locked');
  assert.match(why.message, /owner/);
  await ann.insert(0, 'mine ');
  await workspace.call('locks.release', { path, token: lock.token });
  await hers.pull();
  await hers.insert(0, 'x');
  assert.equal(hers.text, 'xmine a\n');
});

test('a viewer reads along, and types nothing', async () => {
  const { path, ann } = await two('a\n');
  const vic = await Guest.join(server, 'Vic', { role: 'viewer', workspace: workspace.id });
  const his = await new Editor(path, 'vic', (method, params) =>
    vic.call(workspace.id, method, params),
  ).open();
  await ann.insert(0, 'b');
  await his.pull();
  assert.equal(his.text, 'ba\n');
  await refused(his.push([[0, 'x'], 3]), 'denied');
  await refused(his.restore('x', his.file.version), 'denied');
});

test('nobody types as another person’s editor', async () => {
  const { path, ann } = await two('a\n');
  const eve = await Guest.join(server, 'Eve', { role: 'editor', workspace: workspace.id });
  const call = (method, params) => eve.call(workspace.id, method, params);
  const hers = new Editor(path, 'ann', call);
  hers.take({ session: ann.session, version: ann.version, text: 'a\n' });
  await refused(hers.push([[0, 'x'], 2]), 'denied');
});

test('with the last one what was not saved is gone', async () => {
  const { path, ann, bob } = await two('a\n');
  await ann.insert(0, 'unsaved ');
  await ann.call('documents.close', { path, client: 'ann' });
  await bob.pull();
  assert.equal(bob.text, 'unsaved a\n', 'bob is still there');
  await bob.call('documents.close', { path, client: 'bob' });
  assert.equal((await new Editor(path, 'new').open()).text, 'a\n');
});

test('who loses the connection finds what was typed, who comes anew finds the file', async () => {
  const { path, version } = await newFile('a\n');
  const open = async (client) => {
    const socket = await workspace.open();
    await socket.attach();
    const editor = new Editor(path, client, (method, params) => socket.call(method, params));
    return { socket, editor };
  };
  const ann = await open('ann');
  await ann.editor.open(version);
  await ann.editor.insert(0, 'typed ');
  const watcher = await workspace.open();
  await watcher.attach();
  await ann.socket.cut();
  await watcher.waitFor(
    () => watcher.notifications.findLast(({ params }) => params.people)?.params.people.length === 1,
    'that she is gone',
  );
  const back = await open('ann');
  Object.assign(back.editor, { session: ann.editor.session, version: 0, text: 'a\n' });
  back.editor.file = { version };
  await back.editor.pull();
  assert.equal(back.editor.text, 'typed a\n');
  await back.socket.cut();
  await watcher.waitFor(
    () => watcher.notifications.findLast(({ params }) => params.people)?.params.people.length === 1,
    'that she is gone again',
  );
  const other = await open('other');
  await other.editor.open(version);
  assert.equal(other.editor.text, 'a\n');
  await other.socket.close();
  await watcher.close();
});

test('line breaks of the file are its own, those of the document are one character', async () => {
  const { path } = await newFile('a\r\nb\r\n');
  const ann = await new Editor(path, 'ann').open();
  assert.equal(ann.text, 'a\nb\n');
  assert.equal(ann.file.text, 'a\r\nb\r\n');
  await workspace.write(path, 'a\r\nb\r\nc\r\n');
  await ann.pull();
  assert.equal(ann.text, 'a\nb\nc\n');
});

test('a file that goes takes its document along, one that is too large has none', async () => {
  const { path, ann } = await two('a\n');
  await workspace.call('files.remove', { path });
  await refused(ann.pull(), 'not_found');
  await refused(ann.open(), 'not_found');
  const large = await newFile('x'.repeat(600 << 10));
  await refused(new Editor(large.path, 'ann').open(), 'limit');
  await refused(new Editor('../x', 'ann').open(), ['invalid', 'denied']);
  await refused(new Editor(path, '').open(), ['invalid', 'not_found']);
});
