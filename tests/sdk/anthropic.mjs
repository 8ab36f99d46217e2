// The simulator, driven by Anthropic's own SDK.

import assert from 'node:assert/strict';
import { before, after, test } from 'node:test';

import Anthropic from '@anthropic-ai/sdk';

import { rehearse, say } from '../lib/rehearsal.mjs';
import { Simulator } from '../lib/simulator.mjs';
import {
  abortWhileWaiting,
  failing,
  kBroken,
  kBusy,
  kDropped,
  kFiles,
  kLong,
  kParameters,
  kSlow,
  kSpeak,
  kText,
  kToolNames,
  kWaitMs,
  kWork,
  kWorkCalls,
  numberIn,
  timed,
  toolbox,
} from './stories.mjs';

const kModel = 'claude-opus-5-5';
const kLeft = /the client of anthropic left/;

let simulator;
before(async () => (simulator = await Simulator.start()));
after(() => simulator.stop());

const client = (options = {}) => {
  return new Anthropic({ baseURL: simulator.url, apiKey: 'key', ...options });
};
const asking = (content, more = {}) => {
  return { model: kModel, max_tokens: 1000, messages: [{ role: 'user', content }], ...more };
};
const kTools = kToolNames.map((name) => ({ name, input_schema: kParameters }));

// The rehearsed numbers as Anthropic counts them: the cache beside the input.
function assertUsage(usage) {
  assert.equal(usage.input_tokens, 150);
  assert.equal(usage.cache_read_input_tokens, 1000);
  assert.equal(usage.cache_creation_input_tokens, 50);
  assert.equal(usage.cache_creation.ephemeral_5m_input_tokens, 50);
  assert.equal(usage.output_tokens, 80);
  assert.equal(usage.output_tokens_details.thinking_tokens, 20);
}

test('text is streamed, and the message is whole in the end', async () => {
  const stream = client().messages.stream(asking(kSpeak));
  const deltas = [];
  stream.on('text', (delta) => deltas.push(delta));
  const message = await stream.finalMessage();
  assert.ok(deltas.length > 1, 'the text came in one piece');
  assert.equal(deltas.join(''), kText);
  assert.deepEqual(message.content, [{ type: 'text', text: kText }]);
  assert.equal(message.stop_reason, 'end_turn');
  assert.equal(message.model, kModel);
  assert.match(message.id, /^msg_01/);
  assertUsage(message.usage);
});

test('the raw events are those of the protocol, in order', async () => {
  const stream = await client().messages.create(asking(kSpeak, { stream: true }));
  const types = [];
  for await (const { type } of stream) if (types.at(-1) !== type) types.push(type);
  assert.deepEqual(types, [
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
});

test('a call that does not stream answers the same', async () => {
  const message = await client().messages.create(asking(kSpeak));
  assert.deepEqual(message.content, [{ type: 'text', text: kText }]);
  assert.match(message._request_id, /^req_01/);
  assertUsage(message.usage);
});

test('thinking comes with a signature', async () => {
  const thinking = { type: 'adaptive' };
  const message = await client().messages.stream(asking(kSpeak, { thinking })).finalMessage();
  assert.deepEqual(
    message.content.map(({ type }) => type),
    ['thinking', 'text'],
  );
  assert.notEqual(message.content[0].signature, '');
});

for (const way of ['stream', 'create']) {
  test(`tools make a round trip, parallel ones too (${way})`, async () => {
    const { calls, run } = toolbox();
    const messages = [{ role: 'user', content: kWork }];
    const said = [];
    let message;
    do {
      const params = { model: kModel, max_tokens: 1000, tools: kTools, messages };
      const request = client().messages[way](params);
      message = way === 'stream' ? await request.finalMessage() : await request;
      messages.push({ role: 'assistant', content: message.content });
      said.push(...message.content.filter(({ type }) => type === 'text').map(({ text }) => text));
      const uses = message.content.filter(({ type }) => type === 'tool_use');
      assert.equal(message.stop_reason, uses.length > 0 ? 'tool_use' : 'end_turn');
      const results = uses.map(({ id, name, input }) => {
        return { type: 'tool_result', tool_use_id: id, content: run(name, input) };
      });
      messages.push({ role: 'user', content: results });
    } while (message.stop_reason === 'tool_use');
    assert.deepEqual(said, ['I look.', 'Both are read.']);
    assert.deepEqual(calls, kWorkCalls);
  });
}

test("the SDK's own tool loop runs to its end", async () => {
  const { calls, run } = toolbox();
  const tools = kTools.map((each) => {
    return { ...each, run: (input) => run(each.name, input), parse: (input) => input };
  });
  const runner = client().beta.messages.toolRunner(asking(kWork, { tools }));
  const message = await runner;
  assert.equal(message.content.at(-1).text, 'Both are read.');
  assert.deepEqual(calls, kWorkCalls);
});

test('429: the SDK waits as long as it is told, and succeeds', async () => {
  const [message, ms] = await timed(() => client().messages.create(asking(kBusy)));
  assert.equal(message.content[0].text, 'At last.');
  assert.ok(ms >= kWaitMs, `it waited ${ms} ms, not ${kWaitMs}`);
});

test('429: without retries the error says what the limits leave', async () => {
  const refused = client({ maxRetries: 0 }).messages.create(asking(`${kBusy}(alone)`));
  const error = await refused.then(
    () => assert.fail('it went through'),
    (reason) => reason,
  );
  assert.ok(error instanceof Anthropic.RateLimitError, `${error}`);
  assert.equal(error.type, 'rate_limit_error');
  assert.equal(error.error.error.message, 'Too fast.');
  assert.match(error.requestID, /^req_01/);
  assert.equal(error.headers.get('retry-after'), '1');
  assert.equal(error.headers.get('retry-after-ms'), `${kWaitMs}`);
  assert.equal(numberIn(error.headers, 'anthropic-ratelimit-requests-remaining'), 0);
});

test('529 is overload: retried, and shown when it lasts', async () => {
  const twice = failing({ status: 529, times: 2 });
  const message = await client().messages.stream(asking(twice)).finalMessage();
  assert.equal(message.content[0].text, 'At last.');
  const lasting = client({ maxRetries: 1 }).messages.create(
    asking(failing({ status: 529, times: 9 })),
  );
  await assert.rejects(lasting, ({ status, type }) => {
    return status === 529 && type === 'overloaded_error';
  });
});

for (const [status, kind, type] of [
  [400, 'BadRequestError', 'invalid_request_error'],
  [401, 'AuthenticationError', 'authentication_error'],
  [403, 'PermissionDeniedError', 'permission_error'],
  [404, 'NotFoundError', 'not_found_error'],
  [500, 'InternalServerError', 'api_error'],
]) {
  test(`${status} is a ${kind}`, async () => {
    const refused = client({ maxRetries: 0 }).messages.create(asking(failing({ status })));
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof Anthropic[kind], `${error}`);
      assert.equal(error.status, status);
      assert.equal(error.type, type);
      return true;
    });
  });
}

test('an error in the middle of a stream is an error of the SDK', async () => {
  const stream = client().messages.stream(asking(kBroken));
  const heard = [];
  stream.on('text', (delta) => heard.push(delta));
  await assert.rejects(stream.finalMessage(), (error) => {
    assert.ok(error instanceof Anthropic.APIError, `${error}`);
    assert.equal(error.type, 'overloaded_error');
    return true;
  });
  assert.match(heard.join(''), /^Words that/);
  const again = await client().messages.stream(asking(kBroken)).finalMessage();
  assert.match(again.content[0].text, /meanwhile\.$/);
});

test('a dropped connection is an error, not a short answer', async () => {
  const request = asking(kDropped);
  await assert.rejects(client().messages.stream(request).finalMessage(), Anthropic.AnthropicError);
  const again = await client().messages.stream(request).finalMessage();
  assert.match(again.content[0].text, /meanwhile\.$/);
});

test('the simulator sees the socket of an aborted stream close', async () => {
  simulator.forget();
  const stream = client().messages.stream(asking(kLong));
  await new Promise((resolve) => stream.on('text', resolve));
  stream.abort();
  await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
  assert.ok(await simulator.says(kLeft));
});

test('the simulator sees an aborted call that does not stream', async () => {
  await abortWhileWaiting(simulator, kLeft, {
    call: (signal) => client().messages.create(asking(kSlow), { signal }),
    assertAborted: (asked) => assert.rejects(asked, Anthropic.APIUserAbortError),
  });
});

test('tokens are counted', async () => {
  const count = await client().messages.countTokens({
    model: kModel,
    messages: [{ role: 'user', content: '12345678' }],
  });
  assert.deepEqual(count, { input_tokens: 2 });
});

test('models are listed and looked up', async () => {
  const models = [];
  for await (const model of client().models.list()) models.push(model);
  assert.ok(models.some(({ id }) => id === kModel));
  const model = await client().models.retrieve(kModel);
  assert.equal(model.id, kModel);
  assert.equal(model.type, 'model');
  assert.ok(model.max_input_tokens > model.max_tokens);
  await assert.rejects(client().models.retrieve('claude-9'), Anthropic.NotFoundError);
});

test('every answer says what the rate limits leave', async () => {
  const ask = async () => {
    const { response } = await client().messages.create(asking(kSpeak)).withResponse();
    return response.headers;
  };
  const headers = await ask();
  for (const what of ['requests', 'tokens', 'input-tokens', 'output-tokens']) {
    const prefix = `anthropic-ratelimit-${what}`;
    const limit = numberIn(headers, `${prefix}-limit`);
    const remaining = numberIn(headers, `${prefix}-remaining`);
    assert.ok(remaining > 0 && remaining < limit, `${what}: ${remaining} of ${limit}`);
    const reset = Date.parse(headers.get(`${prefix}-reset`));
    const away = reset - Date.now();
    assert.ok(away > -5000 && away <= 60_000, `${what} reset in ${away} ms`);
  }
});

for (const version of ['2023-06-01', '2026-10-21']) {
  const defaultHeaders = { 'anthropic-version': version };
  for (const [form, options] of [
    ['Bearer', { authToken: 'key', apiKey: null }],
    ['x-api-key', { apiKey: null, defaultHeaders: { 'x-api-key': 'key' } }],
  ]) {
    test(`version ${version} with ${form}`, async () => {
      const headers = { ...defaultHeaders, ...options.defaultHeaders };
      const anthropic = client({ ...options, defaultHeaders: headers });
      const whole = await anthropic.messages.create(asking(kSpeak));
      assert.equal(whole.content[0].text, kText);
      const streamed = await anthropic.messages.stream(asking(kSpeak)).finalMessage();
      assert.equal(streamed.content[0].text, kText);
    });
  }
}

test('version 2026-10-21 refuses what it removed, 2023-06-01 takes it', async () => {
  const old = client({ defaultHeaders: { 'anthropic-version': '2023-06-01' } });
  const removed = asking(kSpeak, { temperature: 0.5 });
  assert.equal((await old.messages.create(removed)).content[0].text, kText);
  await assert.rejects(client().messages.create(removed), Anthropic.BadRequestError);
  const cited = [{ type: 'text', text: kSpeak, citations: [{ type: 'char_location' }] }];
  assert.equal((await old.messages.create(asking(cited))).content[0].text, kText);
  await assert.rejects(client().messages.create(asking(cited)), Anthropic.BadRequestError);
  const document = {
    type: 'document',
    source: { type: 'text', media_type: 'text/plain', data: 'x' },
  };
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: [document] },
    { role: 'user', content: rehearse(say('b')) },
  ];
  assert.equal((await old.messages.create(asking('', { messages }))).content[0].text, 'b');
  const refused = client().messages.create(asking('', { messages }));
  await assert.rejects(refused, Anthropic.BadRequestError);
});

test('no key, no answer; an unknown version neither', async () => {
  const defaultHeaders = { Authorization: null, 'x-api-key': null };
  const keyless = client({ apiKey: null, defaultHeaders });
  await assert.rejects(keyless.messages.create(asking(kSpeak)), Anthropic.AuthenticationError);
  const odd = client({ defaultHeaders: { 'anthropic-version': '2020-01-01' } });
  await assert.rejects(odd.messages.create(asking(kSpeak)), Anthropic.BadRequestError);
});

test('a tool result that answers no call is refused', async () => {
  const content = [{ type: 'tool_result', tool_use_id: 'toolu_0', content: kFiles['a.txt'] }];
  await assert.rejects(client().messages.create(asking(content)), Anthropic.BadRequestError);
});
