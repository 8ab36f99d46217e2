// The simulator's chat completions, driven by OpenAI's SDK with Moonshot's base URL, as Moonshot
// tells its users to.

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

const kModel = 'kimi-k2.7-code';
const kThinkingModel = 'kimi-k3.1-pro';
const kLeft = /the client of moonshot left/;

let simulator;
before(async () => (simulator = await Simulator.start()));
after(() => simulator.stop());

const client = (options = {}) => {
  return new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'key', ...options });
};
const chat = (options) => client(options).chat.completions;
const asking = (content, more = {}) => {
  return { model: kModel, messages: [{ role: 'user', content }], ...more };
};
const kTools = kToolNames.map((name) => {
  return { type: 'function', function: { name, parameters: kParameters } };
});
const kWithUsage = { stream: true, stream_options: { include_usage: true } };

function assertUsage(usage) {
  assert.equal(usage.prompt_tokens, 1200);
  assert.equal(usage.cached_tokens, 1000);
  assert.equal(usage.prompt_tokens_details.cached_tokens, 1000);
  assert.equal(usage.completion_tokens, 80);
  assert.equal(usage.completion_tokens_details.reasoning_tokens, 20);
  assert.equal(usage.total_tokens, 1280);
}

test('text is streamed, and the completion is whole in the end', async () => {
  const stream = chat().stream(asking(kSpeak, { stream_options: { include_usage: true } }));
  const deltas = [];
  stream.on('content', (delta) => deltas.push(delta));
  const completion = await stream.finalChatCompletion();
  assert.ok(deltas.length > 1, 'the text came in one piece');
  assert.equal(deltas.join(''), kText);
  assert.equal(completion.choices[0].message.content, kText);
  assert.equal(completion.choices[0].finish_reason, 'stop');
  assertUsage(completion.usage);
});

test('the usage stands in all three places that Moonshot uses', async () => {
  const places = [];
  for await (const chunk of await chat().create(asking(kSpeak, kWithUsage))) {
    if (chunk.choices[0]?.usage) places.push(['choice', chunk.choices[0].usage]);
    if (chunk.usage) places.push([chunk.choices.length > 0 ? 'top' : 'extra', chunk.usage]);
  }
  assert.deepEqual(
    places.map(([place]) => place),
    ['choice', 'top', 'extra'],
  );
  for (const [, usage] of places) assertUsage(usage);
});

test('a call that does not stream answers the same', async () => {
  const completion = await chat().create(asking(kSpeak));
  assert.equal(completion.choices[0].message.content, kText);
  assertUsage(completion.usage);
});

for (const way of ['stream', 'create']) {
  for (const model of [kModel, kThinkingModel]) {
    test(`tools make a round trip, parallel ones too (${way}, ${model})`, async () => {
      const { calls, run } = toolbox();
      const messages = [{ role: 'user', content: kWork }];
      const said = [];
      let reason;
      do {
        const request = chat()[way]({ model, tools: kTools, messages });
        const completion = way === 'stream' ? await request.finalChatCompletion() : await request;
        const { message, finish_reason } = completion.choices[0];
        reason = finish_reason;
        messages.push(message);
        if (model === kThinkingModel) assert.notEqual(message.reasoning_content ?? '', '');
        if (message.content) said.push(message.content);
        for (const call of message.tool_calls ?? []) {
          const content = run(call.function.name, JSON.parse(call.function.arguments));
          messages.push({ role: 'tool', tool_call_id: call.id, content });
        }
      } while (reason === 'tool_calls');
      assert.equal(reason, 'stop');
      assert.deepEqual(said, ['I look.', 'Both are read.']);
      assert.deepEqual(calls, kWorkCalls);
    });
  }
}

test("the SDK's own tool loop runs to its end", async () => {
  const { calls, run } = toolbox();
  const tools = kToolNames.map((name) => ({
    type: 'function',
    function: {
      name,
      parameters: kParameters,
      parse: JSON.parse,
      function: (input) => run(name, input),
    },
  }));
  const content = await chat().runTools(asking(kWork, { tools })).finalContent();
  assert.equal(content, 'Both are read.');
  assert.deepEqual(calls, kWorkCalls);
});

test('429: the SDK waits as long as it is told, and succeeds', async () => {
  const [completion, ms] = await timed(() => chat().create(asking(kBusy)));
  assert.equal(completion.choices[0].message.content, 'At last.');
  assert.ok(ms >= kWaitMs, `it waited ${ms} ms, not ${kWaitMs}`);
});

test('429: without retries the error says what the limits leave', async () => {
  const refused = chat({ maxRetries: 0 }).create(asking(`${kBusy}(alone)`));
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError, `${error}`);
    assert.equal(error.type, 'rate_limit_reached_error');
    assert.equal(error.headers.get('retry-after'), '1');
    assert.equal(numberIn(error.headers, 'x-ratelimit-remaining'), 0);
    return true;
  });
});

test('529 is overload: retried, and shown when it lasts', async () => {
  const twice = failing({ status: 529, times: 2 });
  const completion = await chat().stream(asking(twice)).finalChatCompletion();
  assert.equal(completion.choices[0].message.content, 'At last.');
  const lasting = asking(failing({ status: 529, times: 9 }));
  await assert.rejects(chat({ maxRetries: 1 }).create(lasting), ({ status, type }) => {
    return status === 529 && type === 'engine_overloaded_error';
  });
});

test('an error in the middle of a stream is an error of the SDK', async () => {
  const heard = [];
  const read = async () => {
    for await (const chunk of await chat().create(asking(kBroken, { stream: true }))) {
      heard.push(chunk.choices[0].delta.content ?? '');
    }
  };
  await assert.rejects(read(), (error) => {
    assert.ok(error instanceof OpenAI.APIError, `${error}`);
    assert.equal(error.type, 'engine_overloaded_error');
    return true;
  });
  assert.match(heard.join(''), /^Words that/);
  const again = await chat().stream(asking(kBroken)).finalContent();
  assert.match(again, /meanwhile\.$/);
});

test('a dropped connection is an error, not a short answer', async () => {
  await assert.rejects(chat().stream(asking(kDropped)).finalContent());
  assert.match(await chat().stream(asking(kDropped)).finalContent(), /meanwhile\.$/);
});

test('the simulator sees the socket of an aborted stream close', async () => {
  simulator.forget();
  const stream = chat().stream(asking(kLong));
  await new Promise((resolve) => stream.once('content', resolve));
  stream.abort();
  await assert.rejects(stream.finalContent(), OpenAI.APIUserAbortError);
  assert.ok(await simulator.says(kLeft));
});

test('the simulator sees an aborted call that does not stream', async () => {
  await abortWhileWaiting(simulator, kLeft, {
    call: (signal) => chat().create(asking(kSlow), { signal }),
    assertAborted: (asked) => assert.rejects(asked, OpenAI.APIUserAbortError),
  });
});

test('models are listed', async () => {
  const models = [];
  for await (const { id } of client().models.list()) models.push(id);
  assert.ok(models.includes(kThinkingModel));
});

test('every answer says what the rate limits leave', async () => {
  const { response } = await chat().create(asking(kSpeak)).withResponse();
  const limit = numberIn(response.headers, 'x-ratelimit-limit');
  const remaining = numberIn(response.headers, 'x-ratelimit-remaining');
  assert.ok(remaining > 0 && remaining < limit, `${remaining} of ${limit}`);
  assert.ok(numberIn(response.headers, 'x-ratelimit-reset') <= 60);
});

test('a thinking model that loses its reasoning is refused', async () => {
  const messages = [
    { role: 'user', content: kWork },
    {
      role: 'assistant',
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'list_files', arguments: '{}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'a', content: 'a.txt' },
  ];
  const refused = chat().create({ model: kThinkingModel, messages });
  await assert.rejects(refused, OpenAI.BadRequestError);
});
