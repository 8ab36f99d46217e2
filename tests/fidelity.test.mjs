// What vendors stream, through the running server: text, tool calls, why the model stopped, what it
// used and cost, and what goes back with the next request.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { framed, Replay, stream } from './lib/replay.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kKey = 'a-key-of-this-test';
let replay;
let server;
let workspace;

function configuration(folder, prices) {
  const file = path.join(folder, 'coditect.toml');
  const agents = [
    ['claude', 'anthropic', 'claude-opus-5-5', ''],
    ['gemini', 'gemini', 'gemini-4-hydrogen', ''],
    ['codex', 'openai', 'gpt-6.1-sol', ''],
    ['kimi', 'moonshot', 'kimi-k3.1-pro', ''],
    [
      'local',
      'openai-compatible',
      'qwen-local',
      `base_url = "${replay.url}/local/v1"\napi_key_env = "LOCAL_KEY"`,
    ],
  ];
  const text = agents.map(
    ([name, provider, model, more]) =>
      `[agents.${name}]\nprovider = "${provider}"\nmodel = "${model}"\n${more}\n`,
  );
  if (prices) text.unshift(`[server]\nprices = "${prices}"\n`);
  writeFileSync(file, text.join('\n'));
  return file;
}

function startServer(prices) {
  const folder = temporaryFolder();
  return Server.start(undefined, {
    folder,
    models: 'from the environment',
    args: ['--config', configuration(folder, prices)],
    env: {
      ANTHROPIC_API_KEY: kKey,
      ANTHROPIC_BASE_URL: replay.url,
      GEMINI_API_KEY: kKey,
      GOOGLE_GEMINI_BASE_URL: replay.url,
      OPENAI_API_KEY: kKey,
      OPENAI_BASE_URL: `${replay.url}/openai/v1`,
      MOONSHOT_API_KEY: kKey,
      MOONSHOT_BASE_URL: `${replay.url}/moonshot/v1`,
      LOCAL_KEY: 'the-local-key',
    },
  });
}

before(async () => {
  replay = await Replay.start();
  server = await startServer();
  workspace = await Workspace.provision(server);
});
after(async () => {
  await server?.stop();
  await replay?.stop();
});

/// Runs a task on `answers` and returns what its log says.
async function play(agent, answers) {
  replay.expect(answers);
  const [task] = await workspace.finished(await workspace.submit(agent, 'Look around.'));
  const events = (await workspace.events()).filter((event) => event.task === task.id);
  const dataOf = (type) => events.filter((event) => event.type === type).map(({ data }) => data);
  assert.equal(replay.answers.length, 0, `answers are left: ${JSON.stringify(task)}`);
  return {
    task,
    said: dataOf('agent_message').map(({ text }) => text),
    messages: dataOf('agent_message'),
    calls: dataOf('tool_call')
      .filter(({ phase }) => phase === 'started')
      .map(({ tool, input }) => [tool, input]),
    usage: dataOf('usage_recorded'),
    retries: dataOf('task_retrying'),
    requests: replay.requests,
  };
}

const counts = ({ input, cached, cache_write, cache_write_long, output, reasoning, stop }) => ({
  input,
  cached,
  cache_write,
  cache_write_long,
  output,
  reasoning,
  stop,
});

function near(actual, expected, what) {
  assert.ok(Math.abs(actual - expected) <= 1e-9, `${what}: ${actual}, not ${expected}`);
}

test('Claude: thoughts, parallel calls, usage by cache and time', async () => {
  const first = [
    {
      type: 'message_start',
      message: {
        id: 'msg_1',
        model: 'claude-opus-5-5',
        content: [],
        usage: {
          input_tokens: 100,
          cache_read_input_tokens: 1000,
          cache_creation_input_tokens: 50,
          cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 20 },
          output_tokens: 1,
          service_tier: 'standard',
          inference_geo: 'not_available',
        },
      },
    },
    { type: 'ping' },
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'thinking', thinking: '', signature: '' },
    },
    {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'thinking_delta', thinking: 'I ought to – look.' },
    },
    {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'signature_delta', signature: 'Sig+/=' },
    },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'redacted_thinking', data: 'Red+/=' },
    },
    { type: 'content_block_start', index: 2, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 2, delta: { type: 'text_delta', text: 'Looking – ' } },
    { type: 'content_block_delta', index: 2, delta: { type: 'text_delta', text: 'around.' } },
    { type: 'a_new_event', index: 2 },
    {
      type: 'content_block_start',
      index: 3,
      content_block: { type: 'tool_use', id: 'toolu_1', name: 'list_files', input: {} },
    },
    {
      type: 'content_block_delta',
      index: 3,
      delta: { type: 'input_json_delta', partial_json: '' },
    },
    {
      type: 'content_block_delta',
      index: 3,
      delta: { type: 'input_json_delta', partial_json: '{"pa' },
    },
    {
      type: 'content_block_delta',
      index: 3,
      delta: { type: 'input_json_delta', partial_json: 'th":"."}' },
    },
    {
      type: 'content_block_start',
      index: 4,
      content_block: { type: 'tool_use', id: 'toolu_2', name: 'get_weather', input: {} },
    },
    {
      type: 'message_delta',
      delta: { stop_reason: 'tool_use', stop_sequence: null },
      usage: { output_tokens: 30, output_tokens_details: { thinking_tokens: 12 } },
    },
    { type: 'message_stop' },
  ];
  const second = [
    {
      type: 'message_start',
      message: { id: 'msg_2', model: 'claude-opus-5-5', usage: { input_tokens: 5 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Done.' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ];
  const seen = await play('claude', [stream(framed.named, first), stream(framed.named, second)]);
  assert.equal(seen.task.state, 'succeeded', JSON.stringify(seen.task));
  assert.deepEqual(seen.said, ['Looking – around.', 'Done.']);
  assert.deepEqual(seen.calls, [
    ['list_files', { path: '.' }],
    ['get_weather', {}],
  ]);
  assert.deepEqual(seen.usage.map(counts), [
    {
      input: 100,
      cached: 1000,
      cache_write: 50,
      cache_write_long: 20,
      output: 30,
      reasoning: 12,
      stop: 'tool_use',
    },
    {
      input: 5,
      cached: 0,
      cache_write: 0,
      cache_write_long: 0,
      output: 2,
      reasoning: 0,
      stop: 'end_turn',
    },
  ]);
  near(
    seen.usage[0].cost_usd,
    (100 * 4 + 1000 * 0.2 + 30 * 5 + 20 * 8 + 30 * 20) / 1e6,
    'the price',
  );
  near(seen.usage[0].saved_usd, (1000 * 3.8 - 30 * 1 - 20 * 4) / 1e6, 'the saving');
  const [{ headers, url }, { body }] = seen.requests;
  assert.equal(url, '/v1/messages');
  assert.equal(headers['x-api-key'], kKey);
  const [, assistant, results] = body.messages;
  assert.deepEqual(assistant, {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'I ought to – look.', signature: 'Sig+/=' },
      { type: 'redacted_thinking', data: 'Red+/=' },
      { type: 'text', text: 'Looking – around.' },
      { type: 'tool_use', id: 'toolu_1', name: 'list_files', input: { path: '.' } },
      { type: 'tool_use', id: 'toolu_2', name: 'get_weather', input: {} },
    ],
  });
  assert.deepEqual(
    results.content.map(({ type, tool_use_id, is_error }) => [type, tool_use_id, is_error]),
    [
      ['tool_result', 'toolu_1', false],
      ['tool_result', 'toolu_2', true],
    ],
  );
  const marks = JSON.stringify(body).match(/"cache_control":/g) ?? [];
  assert.ok(marks.length > 0 && marks.length <= 4, `${marks.length} breakpoints`);
});

test('Gemini: an answer over two requests, one of them cut off, with its signatures', async () => {
  const chunk = (parts, more = {}, usage = {}) => ({
    candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
    usageMetadata: { promptTokenCount: 20, serviceTier: 'standard', ...usage },
    modelVersion: 'gemini-4-hydrogen',
    responseId: 'r_1',
  });
  const firstHop = [
    chunk([{ text: 'A plan', thought: true }], {}, { thoughtsTokenCount: 4 }),
    chunk(
      [{ text: 'There are' }],
      { continuationToken: 'token-1' },
      { candidatesTokenCount: 2, thoughtsTokenCount: 4 },
    ),
    chunk([{ text: ' LOST' }], {}, { candidatesTokenCount: 3, thoughtsTokenCount: 4 }),
  ];
  const secondHop = [
    chunk([{ text: ' three.', thoughtSignature: 'Text+/=' }], {}, { promptTokenCount: 26 }),
    chunk(
      [
        {
          functionCall: { name: 'list_files', args: { path: '.' } },
          thoughtSignature: 'Call+/=',
        },
        { functionCall: { id: 'g-2', name: 'get_weather', args: {} } },
      ],
      { finishReason: 'STOP' },
      { promptTokenCount: 26, cachedContentTokenCount: 6, candidatesTokenCount: 9 },
    ),
  ];
  const last = [chunk([{ text: 'Done.' }], { finishReason: 'STOP' }, { candidatesTokenCount: 1 })];
  const seen = await play('gemini', [
    stream(framed.crlf, firstHop, { drop: true }),
    stream(framed.crlf, secondHop),
    stream(framed.crlf, last),
  ]);
  assert.equal(seen.task.state, 'succeeded', JSON.stringify(seen.task));
  assert.deepEqual(seen.said, ['There are three.', 'Done.']);
  assert.deepEqual(seen.calls, [
    ['list_files', { path: '.' }],
    ['get_weather', {}],
  ]);
  // Both requests are billed; the cut one as far as it told.
  assert.deepEqual(counts(seen.usage[0]), {
    input: 40,
    cached: 6,
    cache_write: 0,
    cache_write_long: 0,
    output: 16,
    reasoning: 4,
    stop: 'tool_use',
  });
  assert.equal(seen.usage[0].requests, 2);
  assert.equal(seen.usage[0].context, 20);
  near(seen.usage[0].cost_usd, (40 * 1.5 + 6 * 0.075 + 16 * 7.5) / 1e6, 'the price');
  const [asked, resumed, next] = seen.requests;
  assert.match(asked.url, /^\/v1beta\/models\/gemini-4-hydrogen:streamGenerateContent\?alt=sse$/);
  assert.equal(asked.headers['x-goog-api-key'], kKey);
  assert.deepEqual(resumed.body, { ...asked.body, continuationToken: 'token-1' });
  assert.deepEqual(next.body.contents[1].parts, [
    { text: 'There are' },
    { text: ' three.', thoughtSignature: 'Text+/=' },
    { functionCall: { name: 'list_files', args: { path: '.' } }, thoughtSignature: 'Call+/=' },
    { functionCall: { name: 'get_weather', args: {}, id: 'g-2' } },
  ]);
  assert.deepEqual(
    next.body.contents[2].parts.map(({ functionResponse: { id, name } }) => [id, name]),
    [
      [undefined, 'list_files'],
      ['g-2', 'get_weather'],
    ],
  );
});

test('Codex: encrypted thoughts, phases and a custom tool come back as they were', async () => {
  const items = [
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'Enc+/=' },
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      phase: 'commentary',
      status: 'completed',
      content: [{ type: 'output_text', text: 'I look.', annotations: [] }],
    },
    {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_1',
      name: 'list_files',
      arguments: '{"path":"."}',
      status: 'completed',
    },
    {
      type: 'custom_tool_call',
      id: 'ct_1',
      call_id: 'call_2',
      name: 'sql',
      input: 'SELECT 1',
      status: 'completed',
    },
  ];
  const usage = {
    input_tokens: 2000,
    input_tokens_details: { cached_tokens: 1024, cache_write_tokens: 500 },
    output_tokens: 60,
    output_tokens_details: { reasoning_tokens: 32 },
    total_tokens: 2060,
  };
  const answer = (output, more) => [
    { type: 'response.created', response: { id: 'resp', status: 'in_progress', output: [] } },
    ...output.flatMap((item, output_index) => [
      // The first sight of an item may lack what it is when it is done.
      {
        type: 'response.output_item.added',
        output_index,
        item: { ...item, encrypted_content: 'early', content: [], status: 'in_progress' },
      },
      { type: 'response.output_item.done', output_index, item },
    ]),
    { type: 'response.a_new_event', delta: 'x' },
    {
      type: 'response.completed',
      response: { id: 'resp', model: 'gpt-6.1-sol', status: 'completed', output: [], ...more },
    },
  ];
  const last = {
    type: 'message',
    id: 'msg_2',
    role: 'assistant',
    phase: 'final_answer',
    content: [{ type: 'output_text', text: 'Done.' }],
  };
  const seen = await play('codex', [
    stream(framed.named, answer(items, { usage, service_tier: 'priority' })),
    stream(framed.named, answer([last], { usage: { input_tokens: 1, output_tokens: 1 } })),
  ]);
  assert.equal(seen.task.state, 'succeeded', JSON.stringify(seen.task));
  assert.deepEqual(
    seen.messages.map(({ text, phase }) => [text, phase]),
    [
      ['I look.', 'commentary'],
      ['Done.', 'final_answer'],
    ],
  );
  assert.deepEqual(seen.calls, [
    ['list_files', { path: '.' }],
    ['sql', { input: 'SELECT 1' }],
  ]);
  assert.deepEqual(counts(seen.usage[0]), {
    input: 476,
    cached: 1024,
    cache_write: 500,
    cache_write_long: 0,
    output: 60,
    reasoning: 32,
    stop: 'tool_use',
  });
  assert.equal(seen.usage[0].service_tier, 'priority');
  near(
    seen.usage[0].cost_usd,
    (2 * (476 * 2 + 1024 * 0.1 + 500 * 2.5 + 60 * 10)) / 1e6,
    'the price of the tier that was used',
  );
  const [{ body: first, url, headers }, { body }] = seen.requests;
  assert.equal(url, '/openai/v1/responses');
  assert.equal(headers.authorization, `Bearer ${kKey}`);
  assert.equal(first.prompt_cache_key, seen.task.id);
  assert.deepEqual(body.input.slice(0, first.input.length), first.input);
  const added = body.input.slice(first.input.length);
  assert.deepEqual(added.slice(0, 4), items);
  assert.deepEqual(
    added.slice(4).map(({ type, call_id }) => [type, call_id]),
    [
      ['function_call_output', 'call_1'],
      ['custom_tool_call_output', 'call_2'],
    ],
  );
});

test('Kimi: thoughts, calls in pieces, its own place for usage', async () => {
  const choice = (delta, more = {}) => ({
    id: 'chatcmpl',
    object: 'chat.completion.chunk',
    model: 'kimi-k3.1-pro',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  });
  const call = (index, piece) => choice({ tool_calls: [{ index, ...piece }] });
  const usage = {
    prompt_tokens: 300,
    completion_tokens: 40,
    total_tokens: 340,
    cached_tokens: 256,
    completion_tokens_details: { reasoning_tokens: 10 },
  };
  const first = [
    choice({ role: 'assistant', content: '' }),
    choice({ reasoning_content: 'Hm, ' }),
    choice({ reasoning_content: 'well.' }),
    choice({ content: 'Looking.' }),
    call(0, {
      id: 'functions.list_files:0',
      type: 'function',
      function: { name: 'list_files', arguments: '{"path' },
    }),
    call(1, {
      id: 'functions.get_weather:1',
      type: 'function',
      function: { name: 'get_weather', arguments: '' },
    }),
    call(0, { function: { arguments: '": "."}' } }),
    choice({}, { finish_reason: 'tool_calls', usage }),
  ];
  const last = [choice({ content: 'Done.' }), choice({}, { finish_reason: 'stop', usage })];
  const seen = await play('kimi', [
    stream(framed.tight, first, { end: 'data:[DONE]' }),
    stream(framed.tight, last, { end: 'data: [DONE]\n\n' }),
  ]);
  assert.equal(seen.task.state, 'succeeded', JSON.stringify(seen.task));
  assert.deepEqual(seen.said, ['Looking.', 'Done.']);
  assert.deepEqual(seen.calls, [
    ['list_files', { path: '.' }],
    ['get_weather', {}],
  ]);
  assert.deepEqual(counts(seen.usage[0]), {
    input: 44,
    cached: 256,
    cache_write: 0,
    cache_write_long: 0,
    output: 40,
    reasoning: 10,
    stop: 'tool_use',
  });
  near(seen.usage[0].cost_usd, (44 * 2 + 256 * 0.2 + 40 * 10) / 1e6, 'the price');
  const messages = seen.requests[1].body.messages;
  assert.deepEqual(messages[2], {
    role: 'assistant',
    content: 'Looking.',
    reasoning_content: 'Hm, well.',
    tool_calls: [
      {
        id: 'functions.list_files:0',
        type: 'function',
        function: { name: 'list_files', arguments: '{"path": "."}' },
      },
      {
        id: 'functions.get_weather:1',
        type: 'function',
        function: { name: 'get_weather', arguments: '{}' },
      },
    ],
  });
  assert.deepEqual(
    messages.slice(3).map(({ role, tool_call_id }) => [role, tool_call_id]),
    [
      ['tool', 'functions.list_files:0'],
      ['tool', 'functions.get_weather:1'],
    ],
  );
});

test('any server that speaks chat completions, by configuration; it has no price', async () => {
  const chunk = (delta, finish_reason = null) => ({ choices: [{ delta, finish_reason }] });
  const usage = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 };
  const whole = {
    object: 'chat.completion',
    choices: [{ message: { role: 'assistant', content: 'Done.' }, finish_reason: 'stop' }],
    usage,
  };
  const seen = await play('local', [
    // As Ollama and vLLM: thoughts under another name, no [DONE], usage in a chunk of its own.
    stream(framed.plain, [
      chunk({ reasoning: 'Hm.' }),
      chunk({ content: 'Looking.' }),
      chunk({
        tool_calls: [{ index: 0, id: 'x', function: { name: 'list_files', arguments: '{}' } }],
      }),
      chunk({}, 'tool_calls'),
      { choices: [], usage },
    ]),
    // A server that does not stream at all.
    { bytes: JSON.stringify(whole, null, 2), type: 'application/json' },
  ]);
  assert.equal(seen.task.state, 'succeeded', JSON.stringify(seen.task));
  assert.deepEqual(seen.said, ['Looking.', 'Done.']);
  assert.equal(seen.requests[0].url, '/local/v1/chat/completions');
  assert.equal(seen.requests[0].headers.authorization, 'Bearer the-local-key');
  assert.equal(seen.requests[0].body.model, 'qwen-local');
  assert.equal(seen.requests[1].body.messages[2].reasoning, 'Hm.');
  assert.deepEqual(
    seen.usage.map(({ input, output, stop, cost_usd, saved_usd }) => ({
      input,
      output,
      stop,
      cost_usd,
      saved_usd,
    })),
    [
      { input: 9, output: 4, stop: 'tool_use', cost_usd: null, saved_usd: null },
      { input: 9, output: 4, stop: 'end_turn', cost_usd: null, saved_usd: null },
    ],
  );
  const { rows } = await workspace.call('cost.summary', { by: 'agent' });
  const row = rows.find(({ key }) => key === 'local');
  assert.equal(row.cost_usd, null, 'unknown, never zero');
  assert.equal(row.unpriced_calls, 2);
});

test('a refusal and a full window end the task and say so', async () => {
  const ends = async (stop_reason, stop_details) => {
    const answer = [
      {
        type: 'message_start',
        message: { id: 'm', model: 'claude-opus-5-5', usage: { input_tokens: 7 } },
      },
      { type: 'message_delta', delta: { stop_reason, stop_details }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ];
    return play('claude', [stream(framed.named, answer)]);
  };
  const refused = await ends('refusal', { category: 'cyber', explanation: 'Not this.' });
  assert.equal(refused.task.state, 'failed');
  assert.match(refused.task.error.message, /cyber: Not this\./);
  assert.equal(refused.usage[0].stop, 'refusal');
  assert.equal(refused.usage[0].stop_detail, 'cyber: Not this.');
  const full = await ends('model_context_window_exceeded');
  assert.equal(full.task.state, 'failed');
  assert.equal(full.usage[0].stop, 'context_exceeded');
});

test('cost.summary tells how much came from caches and what that saved', async () => {
  const { rows, total } = await workspace.call('cost.summary', { by: 'agent' });
  const claude = rows.find(({ key }) => key === 'claude');
  const prompt = claude.input + claude.cached + claude.cache_write;
  near(claude.cached_share, claude.cached / prompt, 'the share');
  assert.ok(claude.saved_usd > 0);
  assert.ok(total.saved_usd > claude.saved_usd);
});

test("an operator's own prices are used, and wrong ones keep the server from starting", async (t) => {
  const folder = temporaryFolder();
  const prices = path.join(folder, 'prices.json');
  const write = (row) =>
    writeFileSync(
      prices,
      JSON.stringify({ format: 1, as_of: '2026-11-20', prices: [{ in: 1000, out: 2000, ...row }] }),
    );
  write({ model: 'qwen-local' });
  const own = await startServer(prices);
  t.after(() => own.stop());
  const mine = await Workspace.provision(own);
  const answer = {
    choices: [{ message: { content: 'Done.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1000, completion_tokens: 500 },
  };
  replay.expect([{ bytes: JSON.stringify(answer), type: 'application/json' }]);
  const task = await mine.run('local', 'Look around.');
  const recorded = (await mine.events()).find(
    ({ type, task: id }) => type === 'usage_recorded' && id === task.id,
  );
  near(recorded.data.cost_usd, 2, 'the price');
  await own.stop();
  write({ model: 'qwen-local', inn: 1 });
  await assert.rejects(startServer(prices), /prices row 1 \(qwen-local\): 'inn' is not known/);
});
