// The simulator, driven by Google's own SDK.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ApiError, FinishReason, GoogleGenAI } from '@google/genai';

import { rehearse, say, tool } from '../lib/rehearsal.mjs';
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
  timed,
  toolbox,
} from './stories.mjs';

const kModel = 'gemini-4-carbon';
const kOldModel = 'gemini-3.5-flash';
const kLeft = /the client of gemini left/;
const kVersions = ['v1', 'v1beta'];
const kRetry = { attempts: 3, initialDelay: 0.05, maxDelay: 0.1 };

let simulator;
before(async () => (simulator = await Simulator.start()));
after(() => simulator.stop());

/// Its `requests` are the paths and bodies that were sent.
function client({ apiVersion, ...httpOptions } = {}) {
  const requests = [];
  const noting = (url, init) => {
    requests.push({ path: new URL(url).pathname, body: init.body && JSON.parse(init.body) });
    return fetch(url, init);
  };
  const options = { baseUrl: simulator.url, fetch: noting, ...httpOptions };
  const google = new GoogleGenAI({ apiKey: 'key', apiVersion, httpOptions: options });
  return Object.assign(google.models, { chats: google.chats, requests });
}
const asking = (contents, config = {}) => ({ model: kModel, contents, config });
const kTools = [
  {
    functionDeclarations: kToolNames.map((name) => {
      return { name, parametersJsonSchema: kParameters };
    }),
  },
];

/// Everything a stream said, its last finish reason and usage, and the number of its chunks.
async function heard(stream) {
  const all = { text: '', parts: [], chunks: 0 };
  for await (const chunk of await stream) {
    const candidate = chunk.candidates[0];
    for (const part of candidate.content.parts) {
      if (part.text && !part.thought) all.text += part.text;
      if (part.text !== '') all.parts.push(part);
    }
    all.finish = candidate.finishReason;
    all.usage = chunk.usageMetadata;
    ++all.chunks;
  }
  return all;
}

// The rehearsed numbers as Google counts them: thoughts beside the candidates' tokens.
function assertUsage(usage) {
  assert.equal(usage.promptTokenCount, 1200);
  assert.equal(usage.cachedContentTokenCount, 1000);
  assert.equal(usage.candidatesTokenCount, 60);
  assert.equal(usage.thoughtsTokenCount, 20);
  assert.equal(usage.totalTokenCount, 1280);
}

for (const apiVersion of kVersions) {
  test(`text is streamed over ${apiVersion}`, async () => {
    const models = client({ apiVersion });
    const { text, finish, usage, chunks } = await heard(
      models.generateContentStream(asking(kSpeak)),
    );
    assert.equal(text, kText);
    assert.ok(chunks > 2, 'the text came in one piece');
    assert.equal(finish, FinishReason.STOP);
    assertUsage(usage);
    const path = `/${apiVersion}/models/${kModel}:streamGenerateContent`;
    assert.deepEqual(
      models.requests.map((request) => request.path),
      [path],
    );
  });

  test(`a call that does not stream answers the same over ${apiVersion}`, async () => {
    const answer = await client({ apiVersion }).generateContent(asking(kSpeak));
    assert.equal(answer.text, kText);
    assert.equal(answer.modelVersion, kModel);
    assertUsage(answer.usageMetadata);
  });

  test(`tokens are counted over ${apiVersion}`, async () => {
    const count = await client({ apiVersion }).countTokens(asking('12345678'));
    assert.equal(count.totalTokens, 2);
  });

  test(`models are listed and looked up over ${apiVersion}`, async () => {
    const models = client({ apiVersion });
    const names = [];
    for await (const { name } of await models.list()) names.push(name);
    assert.ok(names.includes(`models/${kModel}`));
    const model = await models.get({ model: kModel });
    assert.equal(model.name, `models/${kModel}`);
    assert.ok(model.inputTokenLimit > model.outputTokenLimit);
    await assert.rejects(models.get({ model: 'gemini-9' }), ({ status }) => status === 404);
  });
}

test('thoughts are marked as such', async () => {
  const config = { thinkingConfig: { includeThoughts: true } };
  const { parts } = await heard(client().generateContentStream(asking(kSpeak, config)));
  assert.equal(parts[0].thought, true);
});

for (const streams of [true, false]) {
  const way = streams ? 'generateContentStream' : 'generateContent';
  test(`tools make a round trip, parallel ones too (${way})`, async () => {
    const { calls, run } = toolbox();
    const contents = [{ role: 'user', parts: [{ text: kWork }] }];
    const said = [];
    let uses;
    do {
      const answer = client()[way](asking(contents, { tools: kTools }));
      const parts = streams
        ? (await heard(answer)).parts
        : (await answer).candidates[0].content.parts;
      contents.push({ role: 'model', parts });
      const text = parts.map((part) => part.text ?? '').join('');
      if (text !== '') said.push(text);
      uses = parts.filter((part) => part.functionCall);
      if (uses.length > 0) assert.ok(uses[0].thoughtSignature, 'the first call is signed');
      contents.push({
        role: 'user',
        parts: uses.map(({ functionCall: { id, name, args } }) => {
          return { functionResponse: { id, name, response: { output: run(name, args) } } };
        }),
      });
    } while (uses.length > 0);
    assert.deepEqual(said, ['I look.', 'Both are read.']);
    assert.deepEqual(calls, kWorkCalls);
  });
}

test("the SDK's own tool loop runs to its end", async () => {
  const { calls, run } = toolbox();
  const callable = {
    tool: async () => kTools[0],
    callTool: async (uses) => {
      return uses.map(({ id, name, args }) => {
        return { functionResponse: { id, name, response: { output: run(name, args) } } };
      });
    },
  };
  const answer = await client().generateContent(asking(kWork, { tools: [callable] }));
  assert.equal(answer.text, 'Both are read.');
  assert.deepEqual(calls, kWorkCalls);
});

test('a call without its signature is refused', async () => {
  const contents = [
    { role: 'user', parts: [{ text: kWork }] },
    { role: 'model', parts: [{ functionCall: { id: 'a', name: 'list_files', args: {} } }] },
    { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'list_files', response: {} } }] },
  ];
  await assert.rejects(client().generateContent(asking(contents)), ({ status, message }) => {
    return status === 400 && /missing a thought_signature/.test(message);
  });
});

test('429 says in its body how long to wait; with retries the SDK succeeds', async () => {
  await assert.rejects(client().generateContent(asking(kBusy)), (error) => {
    assert.ok(error instanceof ApiError, `${error}`);
    assert.equal(error.status, 429);
    const { error: body } = JSON.parse(error.message);
    assert.equal(body.status, 'RESOURCE_EXHAUSTED');
    assert.deepEqual(body.details, [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${kWaitMs / 1000}s` },
    ]);
    return true;
  });
  const models = client({ retryOptions: kRetry });
  const twice = failing({ status: 429, times: 2 });
  const [answer, ms] = await timed(() => models.generateContent(asking(twice)));
  assert.equal(answer.text, 'At last.');
  assert.equal(models.requests.length, 3);
  assert.ok(ms >= kRetry.initialDelay * 1000, `${ms} ms`);
});

test('503 is overload: retried, and shown when it lasts', async () => {
  const twice = failing({ status: 503, times: 2 });
  const retrying = client({ retryOptions: kRetry });
  assert.equal((await heard(retrying.generateContentStream(asking(twice)))).text, 'At last.');
  const lasting = failing({ status: 503, times: 9 });
  await assert.rejects(retrying.generateContent(asking(lasting)), ({ status, message }) => {
    return status === 503 && /UNAVAILABLE/.test(message);
  });
});

test('an error in the middle of a stream is an error of the SDK', async () => {
  const broken = asking(kBroken);
  await assert.rejects(heard(client().generateContentStream(broken)), (error) => {
    assert.ok(error instanceof ApiError, `${error}`);
    assert.match(error.message, /Overloaded right now\./);
    return true;
  });
  const again = await heard(client().generateContentStream(broken));
  assert.match(again.text, /meanwhile\.$/);
});

test('a dropped connection without a checkpoint is an error, not a short answer', async () => {
  await assert.rejects(heard(client().generateContentStream(asking(kDropped))));
  const again = await heard(client().generateContentStream(asking(kDropped)));
  assert.match(again.text, /meanwhile\.$/);
});

test('the simulator sees the socket of an aborted stream close', async () => {
  simulator.forget();
  const aborter = new AbortController();
  const stream = client().generateContentStream(asking(kLong, { abortSignal: aborter.signal }));
  const read = async () => {
    for await (const chunk of await stream) if (chunk.text) aborter.abort();
  };
  await assert.rejects(read(), { name: 'AbortError' });
  assert.ok(await simulator.says(kLeft));
});

test('the simulator sees an aborted call that does not stream', async () => {
  await abortWhileWaiting(simulator, kLeft, {
    call: (signal) => client().generateContent(asking(kSlow, { abortSignal: signal })),
    assertAborted: (asked) => assert.rejects(asked, { name: 'AbortError' }),
  });
});

const kHops = (end) => {
  const usage = { usage: { input: 10, output: 5 } };
  return rehearse(say('One.'), { hop: end }, say('Two.'), { hop: end }, say('Three.'), usage);
};
const kJoined = 'One.\nTwo.\nThree.';

test('an answer in three requests is joined by the SDK, and all three are billed', async () => {
  const models = client();
  const answer = await models.generateContent(asking(kHops('continue')));
  assert.equal(answer.text, kJoined);
  assert.equal(answer.candidates[0].finishReason, FinishReason.STOP);
  assert.equal(answer.usageMetadata.promptTokenCount, 30);
  assert.equal(answer.usageMetadata.candidatesTokenCount, 15);
  const [first, second, third] = models.requests.map(({ body }) => body);
  assert.equal(first.continuationToken, undefined);
  assert.notEqual(second.continuationToken, third.continuationToken);
  assert.deepEqual(second.contents, first.contents);
});

for (const end of ['continue', 'drop']) {
  test(`a stream in three requests is joined by the SDK (${end})`, async () => {
    const models = client();
    const { text, finish, usage } = await heard(models.generateContentStream(asking(kHops(end))));
    assert.equal(text, kJoined);
    assert.equal(finish, FinishReason.STOP);
    assert.equal(usage.promptTokenCount, 30);
    assert.equal(models.requests.length, 3);
  });
}

test('a tool call in the last request of an answer is heard', async () => {
  const work = rehearse(say('One.'), { hop: 'continue' }, tool('list_files', { path: '' }));
  const models = client();
  const { parts } = await heard(models.generateContentStream(asking(work, { tools: kTools })));
  assert.equal(models.requests.length, 2);
  assert.equal(parts.at(-1).functionCall.name, 'list_files');
});

test('without automatic continuation the token is handed out', async () => {
  const config = { automaticContinuation: false };
  const answer = await client().generateContent(asking(kHops('continue'), config));
  const { finishReason, continuationToken } = answer.candidates[0];
  assert.equal(finishReason, FinishReason.CONTINUATION);
  assert.equal(answer.text, 'One.');
  const goesOn = { ...config, continuationToken };
  const next = await client().generateContent(asking(kHops('continue'), goesOn));
  assert.equal(next.text, '\nTwo.');
  const other = asking('Something else', goesOn);
  await assert.rejects(client().generateContent(other), ({ status }) => status === 400);
});

test('an earlier model answers at once', async () => {
  const models = client();
  const request = { model: kOldModel, contents: kHops('continue') };
  assert.equal((await models.generateContent(request)).text, kJoined);
  assert.equal(models.requests.length, 1);
});

test('no key, no answer', async () => {
  const keyless = client({ headers: { 'x-goog-api-key': '' } });
  await assert.rejects(keyless.generateContent(asking(kSpeak)), ({ status }) => status === 401);
});
