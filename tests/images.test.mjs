// Pictures that people show to agents: kept by their hash, given to every vendor's model.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { script, startPrograms } from './lib/acp/start.mjs';
import { startConfigured } from './lib/configured.mjs';
import { sha256 } from './lib/log.mjs';
import { png } from './lib/picture.mjs';
import { kAgents, pause, rehearse, say } from './lib/rehearsal.mjs';
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

const saidBy = async ({ id }) => {
  const events = await workspace.events();
  const said = events.filter(({ type, task }) => type === 'agent_message' && task === id);
  return said.map(({ data }) => data.text).join('\n');
};

test('a task that is submitted has pictures', async () => {
  const images = shown(png(17, 19));
  const task = await workspace.run('codex', 'look', { images });
  assert.match(await saidBy(task), /shown a PNG of 17 x 19 pixels/);
  assert.deepEqual([task.images[0].width, task.images[0].height], [17, 19]);
  await refused(workspace.submit('codex', 'look', { images: [{}] }), 'invalid');
});

test('a task is shown pictures later, whoever the vendor', async () => {
  await Promise.all(
    kAgents.map(async (name) => {
      const [before] = await workspace.submit(name, rehearse(pause(4000), say('done')));
      const [task] = await workspace.submit(name, 'look');
      const images = shown(png(23, 29), png(2, 2));
      const said = { id: task.id, text: 'What is this?', images };
      const { message } = await workspace.call('tasks.steer', said);
      assert.equal((await workspace.task(task.id)).steering[0].images.length, 2);
      await workspace.finished([before, task]);
      const wanted = /shown a PNG of 23 x 29 pixels and a PNG of 2 x 2 pixels/;
      assert.match(await saidBy(task), wanted, name);
      const { messages } = await workspace.call('messages.list');
      assert.equal(messages.find(({ id }) => id === message).images[0].hash, sha256(png(23, 29)));
    }),
  );
});

test('the pictures of one task are 12 MiB at most', async () => {
  const [{ id }] = await workspace.submit('claude', rehearse(pause(60_000), say('done')));
  const large = png(1, 1, { padding: kBytesMax - 1000 });
  const show = (...pictures) =>
    workspace.call('tasks.steer', { id, text: 'look', images: shown(...pictures) });
  await show(large, large, large, large);
  await refused(show(large, large, large), 'limit');
  await show(large, large);
  await refused(show(large), 'limit');
  await workspace.call('tasks.cancel', { id });
});

test('agents whose model takes text alone are known', async (t) => {
  const model = { provider: 'openai-compatible', base_url: 'http://127.0.0.1:9/v1' };
  const configured = await startConfigured(t, {
    sees: { ...model, model: 'kimi-k2.5' },
    reads: { ...model, model: 'kimi-k2-thinking' },
  });
  const other = await Workspace.provision(configured);
  const { agents } = await other.call('agents.list');
  assert.deepEqual(
    agents.map(({ name, takes_images: takes }) => [name, takes]),
    [
      ['reads', false],
      ['sees', undefined],
    ],
  );
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
  const told = {
    sees: `image/png ${sha256(picture)}; told: false`,
    blind: 'no picture; told: true',
  };
  assert.deepEqual(results, told);

  const [wait] = await other.submit('sees', script({ wait: true }));
  await other.inState(wait.id, 'running');
  await other.call('tasks.steer', { id: wait.id, text, images: shown(picture) });
  const [heard] = await other.finished([wait]);
  assert.equal(heard.result, told.sees);
});

test('only pictures are read by their hash', async () => {
  const text = 'x'.repeat(40_000);
  await workspace.create('large.txt', text);
  await refused(workspace.call('messages.image', { hash: sha256(text) }), 'not_found');
  await refused(workspace.call('messages.image', { hash: sha256('none') }), 'not_found');
  await refused(workspace.call('messages.image', { hash: '../../x' }), 'not_found');
});
