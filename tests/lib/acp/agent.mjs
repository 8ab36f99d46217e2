#!/usr/bin/env node
// An agent that speaks the Agent Client Protocol and does what the prompt tells it: a fenced block
// tagged `script` with one JSON step a line. For what real programs do only when they break.
//
// ACP_AT_START: what it does before it answers `initialize`: exit, hang, garbage, or flood (a line
// without an end). With ACP_ONCE only the first time. With ACP_SEES it takes pictures.

import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const home = process.env.HOME;
const sessions = path.join(home, 'sessions');
mkdirSync(sessions, { recursive: true });

let pictures = [];
let told = false;
let cancelled = false;
let onCancel = () => {};
let nextId = 1;
const waiting = new Map();

const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const update = (sessionId, what) =>
  send({ method: 'session/update', params: { sessionId, update: what } });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const never = () => new Promise(() => setInterval(() => {}, 1_000_000));

function ask(method, params) {
  const id = nextId++;
  send({ id, method, params });
  return new Promise((resolve) => waiting.set(id, resolve));
}

/// Whether something that is to happen once has not happened yet.
function once(name) {
  const mark = path.join(home, `once-${name}`);
  if (existsSync(mark)) return false;
  writeFileSync(mark, '');
  return true;
}

async function misbehave(what) {
  if (what === 'exit') {
    process.stderr.write('the program has no licence\n');
    process.exit(3);
  }
  if (what === 'hang') await never();
  if (what === 'garbage') for (let i = 0; i < 100; i++) process.stdout.write('Loading…\n');
  if (what === 'flood') {
    const piece = 'x'.repeat(1 << 20);
    for (let i = 0; i < 100; i++) {
      if (!process.stdout.write(piece)) await new Promise((r) => process.stdout.once('drain', r));
    }
  }
}

const kOptions = [
  { optionId: 'always', name: 'Always', kind: 'allow_always' },
  { optionId: 'once', name: 'Once', kind: 'allow_once' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
];

/// Asks to change a file; true where it may.
async function permitted(sessionId, toolCallId, call, options = kOptions) {
  const { result } = await ask('session/request_permission', {
    sessionId,
    toolCall: { toolCallId, ...call },
    options,
  });
  appendFileSync(path.join(home, 'answers.jsonl'), `${JSON.stringify(result)}\n`);
  return result?.outcome?.optionId === 'once';
}

let calls = 0;
const kSteps = {
  say: async (sessionId, text) =>
    update(sessionId, { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } }),
  think: async (sessionId, text) =>
    update(sessionId, { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text } }),
  plan: async (sessionId, entries) => update(sessionId, { sessionUpdate: 'plan', entries }),
  update: async (sessionId, what) => update(sessionId, what),
  use: async (sessionId, amount) =>
    update(sessionId, {
      sessionUpdate: 'usage_update',
      used: 1234,
      size: 200_000,
      cost: { amount, currency: 'USD' },
    }),
  /// Writes a file: by itself, or through the client; asks first unless `ask` is false.
  write: async (
    sessionId,
    { file, text, by = 'client', ask: asks = true, before, hold_ms = 0, exit_before, until },
  ) => {
    const toolCallId = `call-${++calls}`;
    const whole = path.join(process.cwd(), file);
    const call = {
      title: `Write ${file}`,
      kind: 'edit',
      status: 'pending',
      locations: [{ path: whole }],
      content: [{ type: 'diff', path: whole, oldText: before ?? null, newText: text }],
      rawInput: { file_path: whole },
    };
    update(sessionId, { sessionUpdate: 'tool_call', toolCallId, ...call });
    const finish = (status) =>
      update(sessionId, { sessionUpdate: 'tool_call_update', toolCallId, status });
    if (asks && !(await permitted(sessionId, toolCallId, call))) return finish('failed');
    if (exit_before !== undefined && once(exit_before)) process.exit(9);
    await sleep(hold_ms);
    if (by === 'self') {
      try {
        mkdirSync(path.dirname(whole), { recursive: true });
        writeFileSync(whole, text);
      } catch (error) {
        appendFileSync(path.join(home, 'errors.log'), `${error.code}\n`);
        return finish('failed');
      }
    } else {
      const { error } = await ask('fs/write_text_file', { sessionId, path: whole, content: text });
      if (error) {
        update(sessionId, {
          sessionUpdate: 'tool_call_update',
          toolCallId,
          content: [{ type: 'content', content: { type: 'text', text: error.message } }],
        });
        return finish('failed');
      }
    }
    // It is not over before somebody says so.
    while (until !== undefined && !existsSync(until)) await sleep(20);
    return finish('completed');
  },
  read: async (sessionId, file) => {
    const whole = file.startsWith('/') ? file : path.join(process.cwd(), file);
    const { result, error } = await ask('fs/read_text_file', { sessionId, path: whole });
    await kSteps.say(
      sessionId,
      error ? `error ${error.code}` : `read ${JSON.stringify(result.content)}`,
    );
  },
  terminal: async (sessionId, { command, kill }) => {
    const { result, error } = await ask('terminal/create', { sessionId, command });
    if (error) return kSteps.say(sessionId, `no terminal: ${error.message}`);
    const { terminalId } = result;
    if (kill) await ask('terminal/kill', { sessionId, terminalId });
    const exit = await ask('terminal/wait_for_exit', { sessionId, terminalId });
    const output = await ask('terminal/output', { sessionId, terminalId });
    await ask('terminal/release', { sessionId, terminalId });
    return kSteps.say(sessionId, `${JSON.stringify(exit.result)} ${output.result.output.trim()}`);
  },
  method: async (sessionId, name) => {
    const { error } = await ask(name, { sessionId });
    await kSteps.say(sessionId, `error ${error?.code}`);
  },
  fetch: async (sessionId, { url, options }) => {
    const answer = await fetch(url, options).then(
      async (response) => `${response.status} ${(await response.text()).slice(0, 2_000)}`,
      (error) => `error ${error.cause?.code ?? error.message}`,
    );
    await kSteps.say(sessionId, answer);
  },
  /// Says which pictures came with the prompt, and whether it is told that there were some.
  show: async (sessionId) => {
    const hash = (data) => createHash('sha256').update(data, 'base64').digest('hex');
    const seen = pictures.map(({ mimeType, data }) => `${mimeType} ${hash(data)}`);
    await kSteps.say(sessionId, `${seen.join(', ') || 'no picture'}; told: ${told}`);
  },
  environment: async (sessionId, name) => kSteps.say(sessionId, `${name}=${process.env[name]}`),
  sleep_ms: (_, ms) => sleep(ms),
  exit: async (_, { code, once: key }) => {
    if (key !== undefined && !once(key)) return;
    process.stderr.write('it fell over\n');
    process.exit(code);
  },
  garbage: async (_, lines) => {
    for (let i = 0; i < lines; i++) process.stdout.write(`not a message ${i}\n`);
  },
  flood: async () => misbehave('flood'),
  hang: never,
  /// Waits for the turn to be cancelled.
  wait: async () => {
    if (!cancelled) await new Promise((resolve) => (onCancel = resolve));
  },
  /// Asks although the turn is cancelled.
  late: async (sessionId) =>
    permitted(sessionId, `late-${++calls}`, { title: 'late', kind: 'execute' }),
};

function script(text) {
  const block = /```script\n([\s\S]*?)```/.exec(text);
  return block
    ? block[1]
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
}

async function prompt({ sessionId, prompt: content }) {
  cancelled = false;
  const text = content.map((each) => each.text ?? '').join('');
  pictures = content.filter(({ type }) => type === 'image');
  told = text.includes('you cannot be shown');
  const file = path.join(sessions, sessionId);
  appendFileSync(file, `${JSON.stringify(text)}\n`);
  let stopReason = 'end_turn';
  for (const step of script(text)) {
    const [[name, input]] = Object.entries(step);
    if (name === 'stop') stopReason = input;
    else await kSteps[name](sessionId, input);
    if (cancelled && name !== 'wait') break;
  }
  return { stopReason: cancelled ? 'cancelled' : stopReason };
}

const kMethods = {
  initialize: async () => {
    const what = process.env.ACP_AT_START;
    if (what && (!process.env.ACP_ONCE || once('start'))) await misbehave(what);
    return {
      protocolVersion: Number(process.env.ACP_VERSION ?? 1),
      agentCapabilities: {
        loadSession: !process.env.ACP_FORGETS,
        promptCapabilities: { image: Boolean(process.env.ACP_SEES) },
      },
      agentInfo: { name: 'scripted', version: '1' },
    };
  },
  'session/new': async () => {
    const sessionId = `s-${process.pid}-${Date.now()}`;
    writeFileSync(path.join(sessions, sessionId), '');
    return { sessionId };
  },
  'session/load': async ({ sessionId }) => {
    const file = path.join(sessions, sessionId);
    if (!existsSync(file)) throw new Error('there is no such session');
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      update(sessionId, {
        sessionUpdate: 'user_message_chunk',
        content: { type: 'text', text: JSON.parse(line) },
      });
      await kSteps.say(sessionId, 'what I said before');
    }
    return {};
  },
  'session/prompt': prompt,
};

createInterface({ input: process.stdin }).on('line', async (line) => {
  const message = JSON.parse(line);
  if (message.method === 'session/cancel') {
    cancelled = true;
    onCancel();
    return;
  }
  if (message.method === undefined) {
    waiting.get(message.id)?.(message);
    return;
  }
  const method = kMethods[message.method];
  if (!method) return send({ id: message.id, error: { code: -32601, message: 'no such method' } });
  try {
    send({ id: message.id, result: await method(message.params) });
  } catch (error) {
    send({ id: message.id, error: { code: -32603, message: error.message } });
  }
});
