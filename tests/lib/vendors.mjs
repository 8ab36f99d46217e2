// What the four vendors' servers write: answers as frames of a stream, and refusals. Each frame
// says what it tells to have been billed so far; a frame that says nothing adds nothing.
//
//   answer({text} | {tool, input, id} | {refusal})   frames {text, told?: {input, cached, output}}
//   hinted(seconds), quota(), broken(), overloaded(), overflow()   {status, headers, body}
//   inStream()   the text of a failure amid an answer
//   limits(remaining, seconds)   headers that tell a rate limit

const kInput = 120;
const kCached = 40;
const kOutput = 17;
/// What every answer costs: `input` without what came from the cache.
export const kUsage = { input: kInput, cached: kCached, output: kOutput };

const sse = (data, name) => `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
const asText = (input) => (typeof input === 'string' ? input : JSON.stringify(input));
const json = (status, body, headers = {}) => ({ status, headers, body: JSON.stringify(body) });

/// The text in two pieces, so that a stream can break between them.
function halves(text) {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

const anthropicError = (type, message, details) => ({
  type: 'error',
  error: { type, message, ...(details && { details }) },
  request_id: 'req_fault',
});

export const anthropic = {
  provider: 'anthropic',
  model: 'claude-opus-5-5',
  prefix: '',
  answer({ text, tool, input, id = 'toolu_1', refusal }) {
    const frame = (data, told) => ({ text: sse(data, data.type), told });
    const usage = {
      input_tokens: kInput,
      cache_read_input_tokens: kCached,
      cache_creation_input_tokens: 0,
      output_tokens: 1,
    };
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model: this.model };
    const begin = { type: 'message_start', message: { ...message, content: [], usage } };
    const frames = [frame(begin, { input: kInput, cached: kCached, output: 1 })];
    const block = tool
      ? { type: 'tool_use', id, name: tool, input: {} }
      : { type: 'text', text: '' };
    frames.push(frame({ type: 'content_block_start', index: 0, content_block: block }));
    for (const piece of halves(tool ? asText(input) : (text ?? ''))) {
      const delta = tool
        ? { type: 'input_json_delta', partial_json: piece }
        : { type: 'text_delta', text: piece };
      frames.push(frame({ type: 'content_block_delta', index: 0, delta }));
    }
    frames.push(frame({ type: 'content_block_stop', index: 0 }));
    const stop = refusal ? 'refusal' : tool ? 'tool_use' : 'end_turn';
    const delta = { stop_reason: stop, stop_sequence: null };
    if (refusal) delta.stop_details = { category: 'policy', explanation: refusal };
    frames.push(frame({ type: 'message_delta', delta, usage: { output_tokens: kOutput } }, kUsage));
    frames.push(frame({ type: 'message_stop' }));
    return frames;
  },
  hinted(seconds) {
    const body = anthropicError('rate_limit_error', 'This request would exceed the rate limit');
    return json(429, body, { 'retry-after': String(seconds) });
  },
  quota() {
    const details = { error_code: 'enforced_spend_limit_reached' };
    const body = anthropicError('rate_limit_error', 'The spend limit is reached', details);
    return json(429, body, { 'retry-after': '1' });
  },
  broken: () => json(500, anthropicError('api_error', 'Internal server error')),
  overloaded: () => json(529, anthropicError('overloaded_error', 'Overloaded')),
  overflow() {
    const message = 'prompt is too long: 1200000 tokens > 1000000 maximum';
    return json(400, anthropicError('invalid_request_error', message));
  },
  inStream: () => sse(anthropicError('overloaded_error', 'Overloaded'), 'error'),
  limits: (remaining, seconds) => ({
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': String(remaining),
    'anthropic-ratelimit-requests-reset': new Date(Date.now() + seconds * 1000).toISOString(),
  }),
};

const googleError = (code, status, message, details) => ({
  error: { code, status, message, ...(details && { details }) },
});
const kRpc = 'type.googleapis.com/google.rpc.';

export const gemini = {
  provider: 'gemini',
  model: 'gemini-4-argon',
  prefix: '',
  answer({ text, tool, input, id = 'call_1', refusal }) {
    const frame = (parts, more = {}) => {
      const told = { input: kInput, cached: kCached, output: kOutput };
      const data = {
        candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
        usageMetadata: {
          promptTokenCount: kInput + kCached,
          cachedContentTokenCount: kCached,
          candidatesTokenCount: kOutput - 5,
          thoughtsTokenCount: 5,
          totalTokenCount: kInput + kCached + kOutput,
        },
        modelVersion: this.model,
        responseId: 'response_1',
      };
      return { text: `data: ${JSON.stringify(data)}\r\n\r\n`, told };
    };
    if (refusal) return [frame([], { finishReason: 'SAFETY', finishMessage: refusal })];
    if (tool) {
      // Arguments come as an object: those that are none cannot be written here.
      const args = typeof input === 'string' ? { broken: input } : input;
      const call = { functionCall: { id, name: tool, args }, thoughtSignature: 'c2lnbmVk' };
      return [frame([{ text: 'Looking.' }]), frame([call], { finishReason: 'STOP' })];
    }
    const [first, second] = halves(text);
    return [frame([{ text: first }]), frame([{ text: second }], { finishReason: 'STOP' })];
  },
  hinted(seconds) {
    const retry = { '@type': `${kRpc}RetryInfo`, retryDelay: `${seconds}s` };
    return json(429, googleError(429, 'RESOURCE_EXHAUSTED', 'Resource exhausted', [retry]));
  },
  quota() {
    const quotaId = 'GenerateRequestsPerDayPerProjectPerModel';
    const failure = { '@type': `${kRpc}QuotaFailure`, violations: [{ quotaId }] };
    const retry = { '@type': `${kRpc}RetryInfo`, retryDelay: '1s' };
    return json(
      429,
      googleError(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota', [failure, retry]),
    );
  },
  broken: () => json(500, googleError(500, 'INTERNAL', 'An internal error has occurred')),
  overloaded: () => json(529, googleError(529, 'UNAVAILABLE', 'The model is overloaded')),
  overflow() {
    const message =
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).';
    return json(400, googleError(400, 'INVALID_ARGUMENT', message));
  },
  inStream: () =>
    `data: ${JSON.stringify(googleError(503, 'UNAVAILABLE', 'The model is overloaded'))}\r\n\r\n`,
  limits: () => ({}),
};

const openaiError = (type, code, message) => ({ error: { message, type, param: null, code } });

export const openai = {
  provider: 'openai',
  model: 'gpt-6.1-sol',
  prefix: '/v1',
  answer({ text, tool, input, id = 'call_1', refusal }) {
    const frames = [];
    let number = 0;
    const frame = (type, data, told) => {
      frames.push({ text: sse({ type, sequence_number: number++, ...data }, type), told });
    };
    const response = { id: 'resp_1', object: 'response', model: this.model, output: [] };
    frame('response.created', { response: { ...response, status: 'in_progress' } });
    const at = { output_index: 0, item_id: 'item_1' };
    let item;
    if (tool) {
      item = { id: 'item_1', type: 'function_call', call_id: id, name: tool, status: 'completed' };
      item.arguments = asText(input);
      frame('response.output_item.added', { output_index: 0, item: { ...item, arguments: '' } });
      for (const delta of halves(item.arguments)) {
        frame('response.function_call_arguments.delta', { ...at, delta });
      }
      frame('response.function_call_arguments.done', { ...at, arguments: item.arguments });
    } else {
      const part = refusal
        ? { type: 'refusal', refusal }
        : { type: 'output_text', text, annotations: [] };
      item = { id: 'item_1', type: 'message', role: 'assistant', content: [part] };
      item.status = 'completed';
      frame('response.output_item.added', { output_index: 0, item: { ...item, content: [] } });
      const kind = refusal ? 'refusal' : 'output_text';
      for (const delta of halves(refusal ?? text)) {
        frame(`response.${kind}.delta`, { ...at, content_index: 0, delta });
      }
    }
    frame('response.output_item.done', { output_index: 0, item });
    const usage = {
      input_tokens: kInput + kCached,
      input_tokens_details: { cached_tokens: kCached, cache_write_tokens: 0 },
      output_tokens: kOutput,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: kInput + kCached + kOutput,
    };
    const done = { ...response, status: 'completed', output: [item], usage };
    frame('response.completed', { response: { ...done, service_tier: 'default' } }, kUsage);
    return frames;
  },
  hinted(seconds) {
    const body = openaiError('tokens', 'rate_limit_exceeded', 'Rate limit reached');
    return json(429, body, { 'retry-after-ms': String(seconds * 1000) });
  },
  quota() {
    const message = 'You exceeded your current quota, please check your plan and billing details.';
    const body = openaiError('insufficient_quota', 'insufficient_quota', message);
    return json(429, body, { 'retry-after': '1' });
  },
  broken: () => json(500, openaiError('server_error', null, 'The server had an error')),
  overloaded: () => json(529, openaiError('server_error', 'server_is_overloaded', 'Overloaded')),
  overflow() {
    const message = 'Your input exceeds the context window of this model.';
    return json(400, openaiError('invalid_request_error', 'context_length_exceeded', message));
  },
  inStream() {
    const error = {
      type: 'server_error',
      code: 'server_error',
      message: 'The server had an error',
    };
    return sse({ type: 'error', sequence_number: 9, error }, 'error');
  },
  limits: (remaining, seconds) => ({
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-remaining-requests': String(remaining),
    'x-ratelimit-reset-requests': `${seconds * 1000}ms`,
  }),
};

const moonshotError = (type, message) => ({ error: { type, message } });

export const moonshot = {
  provider: 'moonshot',
  model: 'kimi-k3.1-pro',
  prefix: '/v1',
  answer({ text, tool, input, id = 'read_file:0', refusal }) {
    const frame = (choice, told) => {
      const chunk = { id: 'cmpl_1', object: 'chat.completion.chunk', model: this.model };
      const data = { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: null, ...choice }] };
      return { text: `data:${JSON.stringify(data)}\n\n`, told };
    };
    const frames = [frame({ delta: { role: 'assistant', content: '' } })];
    if (tool) {
      const call = { index: 0, id, type: 'function', function: { name: tool, arguments: '' } };
      frames.push(frame({ delta: { reasoning_content: 'Hm.' } }));
      frames.push(frame({ delta: { tool_calls: [call] } }));
      for (const piece of halves(asText(input))) {
        const part = { index: 0, function: { arguments: piece } };
        frames.push(frame({ delta: { tool_calls: [part] } }));
      }
    } else {
      for (const content of halves(refusal ?? text)) frames.push(frame({ delta: { content } }));
    }
    const usage = {
      prompt_tokens: kInput + kCached,
      cached_tokens: kCached,
      completion_tokens: kOutput,
      total_tokens: kInput + kCached + kOutput,
    };
    const finish = refusal ? 'content_filter' : tool ? 'tool_calls' : 'stop';
    frames.push(frame({ finish_reason: finish, usage }, kUsage));
    frames.push({ text: 'data: [DONE]\n\n' });
    return frames;
  },
  hinted(seconds) {
    const body = moonshotError('rate_limit_reached_error', 'Your account reached max RPM: 3');
    return json(429, body, { 'retry-after': String(seconds) });
  },
  quota() {
    const message = 'Your account is suspended: exceeded current quota, check your billing details';
    return json(429, moonshotError('exceeded_current_quota_error', message), {
      'retry-after': '1',
    });
  },
  broken: () => json(500, moonshotError('server_error', 'Internal server error')),
  overloaded: () => json(529, moonshotError('engine_overloaded_error', 'The engine is overloaded')),
  overflow() {
    const message = 'Your request exceeded model token limit : 1048576';
    return json(400, moonshotError('invalid_request_error', message));
  },
  inStream: () =>
    `data: ${JSON.stringify(moonshotError('engine_overloaded_error', 'The engine is overloaded'))}\n\n`,
  limits: (remaining, seconds) => ({
    'X-RateLimit-Limit': '20',
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(seconds),
  }),
};

export const kVendors = [anthropic, gemini, openai, moonshot];
