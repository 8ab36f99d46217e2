// Pictures that people show to agents: kept by their hash, given to every vendor's model.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { script, startPrograms } from './lib/acp/start.mjs';
import { sha256 } from './lib/log.mjs';
import { png } from './lib/picture.mjs';
import { kAgents } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kBytesMax = 2 * 1024 * 1024;

let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
});
after(() => server?.stop());

const shown = (...pictures) => pictures.map((bytes) => ({ base64: bytes.toString('base64') }));
const send = (pictures, more = {}) => {
  const images = shown(...pictures);
  return workspace.call('messages.send', { to: ['claude'], text: 'look', images, ...more });
};

test('the model of every vendor is shown the pictures', async () => {
  const head = await workspace.head();
  const { tasks } = await send([png(64, 48), png(7, 5)], { to: kAgents });
  assert.equal(tasks.length, kAgents.length);
  for (const task of await workspace.finished(tasks)) {
    assert.equal(task.state, 'succeeded', JSON.stringify(task));
    assert.equal(task.images.length, 2);
  }
  const events = await workspace.events(head + 1);
  for (const { id, agent } of tasks) {
    const said = events.filter(({ type, task }) => type === 'agent_message' && task === id);
    const text = said.map(({ data }) => data.text).join('\n');
    assert.match(text, /shown a PNG of 64 x 48 pixels and a PNG of 7 x 5 pixels/, agent);
  }
});

test('a picture is in the log by its hash, and can be read again', async () => {
  const picture = png(3, 2, { grey: 17 });
  const { id, seq, tasks } = await send([picture]);
  const image = { hash: sha256(picture), media_type: 'image/png', size: picture.length };
  const wanted = [{ ...image, width: 3, height: 2 }];
  const [message] = await workspace.events(seq);
  assert.equal(message.data.id, id);
  assert.deepEqual(message.data.images, wanted);
  const { messages } = await workspace.call('messages.list');
  assert.deepEqual(messages.find((each) => each.id === id).images, wanted);
  const queued = (await workspace.events()).find(
    ({ type, task }) => type === 'task_queued' && task === tasks[0].id,
  );
  assert.deepEqual(queued.data.images, wanted);
  await workspace.finished(tasks);
  const text = JSON.stringify(await workspace.events());
  assert.ok(!text.includes(picture.toString('base64')), 'the log holds the picture itself');

  const answer = await workspace.call('messages.image', { hash: image.hash });
  assert.equal(answer.base64, picture.toString('base64'));
  assert.equal(answer.media_type, image.media_type);
});

test('a task that waits while the server stops still has its picture', async () => {
  await workspace.call('tasks.submit', {
    agent: 'kimi',
    prompt: '```rehearsal\n{"pause_ms":3000}\n{"say":"slow"}\n```',
  });
  const { tasks } = await send([png(11, 13)], { to: ['kimi'] });
  await server.kill();
  await server.start();
  const [task] = await workspace.finished(tasks);
  assert.equal(task.state, 'succeeded', JSON.stringify(task));
  const said = (await workspace.events()).filter((each) => each.task === task.id);
  assert.match(JSON.stringify(said), /shown a PNG of 11 x 13 pixels/);
});

test('what is no picture, too large or too much is refused, and nothing is sent', async () => {
  const head = await workspace.head();
  const gif = Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1');
  await refused(send([gif]), 'invalid');
  await refused(send([png(4, 4), Buffer.from('<svg/>')]), 'invalid');
  await refused(send([png(2001, 1)]), 'limit');
  await refused(send([png(4, 4, { padding: kBytesMax })]), 'limit');
  await refused(send(Array.from({ length: 5 }, () => png(1, 1))), 'limit');
  const broken = [{ base64: 'no base64!' }];
  await refused(send([], { images: broken }), 'invalid');
  await refused(send([], { images: ['x'] }), 'invalid');
  assert.deepEqual(await workspace.changesSince(head), []);
});

test('a program is shown pictures where it takes them, and told of them where not', async (t) => {
  const programs = await startPrograms(t, { sees: { env: { ACP_SEES: '1' } }, blind: {} });
  const other = await Workspace.provision(programs);
  const picture = png(8, 8);
  const text = script({ show: true });
  const to = ['sees', 'blind'];
  const { tasks } = await other.call('messages.send', { to, text, images: shown(picture) });
  const results = {};
  for (const task of await other.finished(tasks)) results[task.agent] = task.result;
  assert.deepEqual(results, {
    sees: `image/png ${sha256(picture)}; told: false`,
    blind: 'no picture; told: true',
  });
});

test('only pictures are read by their hash', async () => {
  const text = 'x'.repeat(40_000);
  await workspace.create('large.txt', text);
  await refused(workspace.call('messages.image', { hash: sha256(text) }), 'not_found');
  await refused(workspace.call('messages.image', { hash: sha256('none') }), 'not_found');
  await refused(workspace.call('messages.image', { hash: '../../x' }), 'not_found');
});
