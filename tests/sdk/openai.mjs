// The simulator, driven by OpenAI's own SDK: the Responses API.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import OpenAI from 'openai';

import { Simulator } from '../lib/simulator.mjs';
import {
  abortWhileWaiting,
  failing,
  kBroken,
  kBusy,
  kDropped,
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

const kModel = 'gpt-6.1-sol';
const kLeft = /the client of openai left/;

let simulator;
before(async () => (simulator = await Simulator.start()));
after(() => simulator.stop());

const client = (options = {}) => {
  return new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'key', ...options });
};
const asking = (input, more = {}) => ({ model: kModel, input, store: false, ...more });
const kTools = kToolNames.map((name) => {
  return { type: 'function', name, parameters: kParameters, strict: false };
});
const kThinks = { include: ['reasoning.encrypted_content'] };

// The rehearsed numbers as OpenAI counts them: everything within the input and the output.
function assertUsage(usage) {
  assert.equal(usage.input_tokens, 1200);
  assert.equal(usage.input_tokens_details.cached_tokens, 1000);
  assert.equal(usage.input_tokens_details.cache_write_tokens, 50);
  assert.equal(usage.output_tokens, 80);
  assert.equal(usage.output_tokens_details.reasoning_tokens, 20);
  assert.equal(usage.total_tokens, 1280);
}

test('text is streamed, and the response is whole in the end', async () => {
  const stream = client().responses.stream(asking(kSpeak));
  const deltas = [];
  const numbers = [];
  for await (const event of stream) {
    numbers.push(event.sequence_number);
    if (event.type === 'response.output_text.delta') deltas.push(event.delta);
  }
  assert.ok(deltas.length > 1, 'the text came in one piece');
  assert.equal(deltas.join(''), kText);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index),
  );
  const response = await stream.finalResponse();
  assert.equal(response.output_text, kText);
  assert.equal(response.status, 'completed');
  assert.match(response.id, /^resp_/);
  assertUsage(response.usage);
});

test('a call that does not stream answers the same', async () => {
  const response = await client().responses.create(asking(kSpeak));
  assert.equal(response.output_text, kText);
  assert.equal(response.output[0].phase, 'final_answer');
  assert.match(response._request_id, /^req_/);
  assertUsage(response.usage);
});

test('reasoning comes encrypted in the finished item', async () => {
  const items = [];
  for await (const event of client().responses.stream(asking(kSpeak, kThinks))) {
    if (event.type === 'response.output_item.done') items.push(event.item);
  }
  assert.deepEqual(
    items.map(({ type }) => type),
    ['reasoning', 'message'],
  );
  assert.notEqual(items[0].encrypted_content ?? '', '');
  assert.equal(items[0].summary.length, 1);
});

for (const way of ['stream', 'create']) {
  test(`tools make a round trip, parallel ones too (${way})`, async () => {
    const { calls, run } = toolbox();
    const input = [{ role: 'user', content: kWork }];
    const said = [];
    let uses;
    do {
      const params = asking(input, { tools: kTools, ...kThinks });
      const request = client().responses[way](params);
      const response = way === 'stream' ? await request.finalResponse() : await request;
      input.push(...response.output);
      if (response.output_text !== '') said.push(response.output_text);
      uses = response.output.filter(({ type }) => type === 'function_call');
      for (const { call_id, name, arguments: text } of uses) {
        const output = run(name, JSON.parse(text));
        input.push({ type: 'function_call_output', call_id, output });
      }
    } while (uses.length > 0);
    assert.deepEqual(said, ['I look.', 'Both are read.']);
    assert.deepEqual(calls, kWorkCalls);
  });
}

test('429: the SDK waits as long as it is told, and succeeds', async () => {
  const [response, ms] = await timed(() => client().responses.create(asking(kBusy)));
  assert.equal(response.output_text, 'At last.');
  assert.ok(ms >= kWaitMs, `it waited ${ms} ms, not ${kWaitMs}`);
});

test('429: without retries the error says what the limits leave', async () => {
  const refused = client({ maxRetries: 0 }).responses.create(asking(`${kBusy}(alone)`));
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError, `${error}`);
    assert.equal(error.code, 'rate_limit_exceeded');
    assert.match(error.message, /Too fast\./);
    assert.match(error.requestID, /^req_/);
    assert.equal(error.headers.get('retry-after'), '1');
    assert.equal(numberIn(error.headers, 'x-ratelimit-remaining-requests'), 0);
    assert.equal(error.headers.get('x-ratelimit-reset-requests'), `${kWaitMs}ms`);
    return true;
  });
});

test('503 is overload: retried, and shown when it lasts', async () => {
  const twice = failing({ status: 503, times: 2 });
  const response = await client().responses.stream(asking(twice)).finalResponse();
  assert.equal(response.output_text, 'At last.');
  const lasting = asking(failing({ status: 503, times: 9 }));
  await assert.rejects(client({ maxRetries: 1 }).responses.create(lasting), ({ status, code }) => {
    return status === 503 && code === 'server_is_overloaded';
  });
});

for (const [status, kind, code] of [
  [400, 'BadRequestError', null],
  [401, 'AuthenticationError', 'invalid_api_key'],
  [403, 'PermissionDeniedError', 'permission_denied'],
  [404, 'NotFoundError', 'not_found'],
  [500, 'InternalServerError', 'server_error'],
]) {
  test(`${status} is a ${kind}`, async () => {
    const refused = client({ maxRetries: 0 }).responses.create(asking(failing({ status })));
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof OpenAI[kind], `${error}`);
      assert.equal(error.code, code);
      return true;
    });
  });
}

test('an error in the middle of a stream is an error of the SDK', async () => {
  const deltas = [];
  const read = async () => {
    for await (const event of await client().responses.create(asking(kBroken, { stream: true }))) {
      if (event.type === 'response.output_text.delta') deltas.push(event.delta);
    }
  };
  await assert.rejects(read(), (error) => {
    assert.ok(error instanceof OpenAI.APIError, `${error}`);
    assert.match(error.message, /Overloaded right now\./);
    return true;
  });
  assert.match(deltas.join(''), /^Words that/);
  const again = await client().responses.stream(asking(kBroken)).finalResponse();
  assert.match(again.output_text, /meanwhile\.$/);
});

test('a dropped connection is an error, not a short answer', async () => {
  await assert.rejects(client().responses.stream(asking(kDropped)).finalResponse());
  const again = await client().responses.stream(asking(kDropped)).finalResponse();
  assert.match(again.output_text, /meanwhile\.$/);
});

test('the simulator sees the socket of an aborted stream close', async () => {
  simulator.forget();
  const stream = client().responses.stream(asking(kLong));
  await new Promise((resolve) => stream.once('response.output_text.delta', resolve));
  stream.abort();
  await assert.rejects(stream.finalResponse(), OpenAI.APIUserAbortError);
  assert.ok(await simulator.says(kLeft));
});

test('the simulator sees an aborted call that does not stream', async () => {
  await abortWhileWaiting(simulator, kLeft, {
    call: (signal) => client().responses.create(asking(kSlow), { signal }),
    assertAborted: (asked) => assert.rejects(asked, OpenAI.APIUserAbortError),
  });
});

test('tokens are counted', async () => {
  const count = await client().responses.inputTokens.count({ model: kModel, input: '12345678' });
  assert.deepEqual({ ...count }, { object: 'response.input_tokens', input_tokens: 2 });
});

test('models are listed and looked up', async () => {
  const models = [];
  for await (const model of client().models.list()) models.push(model.id);
  assert.ok(models.includes(kModel));
  const { id, object, created, owned_by } = await client().models.retrieve(kModel);
  assert.deepEqual([id, object, owned_by], [kModel, 'model', 'simulated']);
  assert.ok(created > 0);
  await assert.rejects(client().models.retrieve('gpt-9'), OpenAI.NotFoundError);
});

test('every answer says what the rate limits leave', async () => {
  const { response } = await client().responses.create(asking(kSpeak)).withResponse();
  for (const what of ['requests', 'tokens']) {
    const limit = numberIn(response.headers, `x-ratelimit-limit-${what}`);
    const remaining = numberIn(response.headers, `x-ratelimit-remaining-${what}`);
    assert.ok(remaining > 0 && remaining < limit, `${what}: ${remaining} of ${limit}`);
    assert.match(response.headers.get(`x-ratelimit-reset-${what}`), /^(\d+m)?\d+(\.\d+)?m?s$/);
  }
});

test('no key, no answer', async () => {
  const keyless = client({ defaultHeaders: { Authorization: null } });
  await assert.rejects(keyless.responses.create(asking(kSpeak)), OpenAI.AuthenticationError);
});
