// A model that goes by a fixed rule, as an endpoint of the kind that OpenAI made common. It reads
// what its prompt says and looks for what the prompt does not say, so what it asks for depends on
// what it is told:
//
//   - a file that the task names it reads at once; else it searches for the function by name;
//   - before it searches it lists the project once, unless a map of the project is in the prompt;
//   - what it will have to write to as well it reads at the beginning, unless the prompt says that
//     somebody else works on that file: then right before it writes.
//
// Tokens are counted as bytes / 4; what a request shares with the one before it of the same task
// counts as read from the cache.

import http from 'node:http';

import { right, wrong } from '../lib/library.mjs';

const kBytesPerToken = 4;
const kChanges = 'CHANGELOG.md';
const tokens = (text) => Math.ceil(Buffer.byteLength(text) / kBytesPerToken);

const textOf = ({ content }) =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('');

/// What was called so far, with what came back.
function history(messages) {
  const calls = [];
  for (const message of messages) {
    for (const { function: made } of message.tool_calls ?? []) {
      calls.push({ tool: made.name, input: JSON.parse(made.arguments), result: undefined });
    }
    // It calls one tool at a time, so results come in the order of the calls.
    if (message.role !== 'tool') continue;
    calls.find(({ result }) => result === undefined).result = textOf(message);
  }
  return calls;
}

/// The rule: the next call, or the end.
export function nextStep(messages) {
  const said = textOf(messages.find(({ role }) => role === 'user'));
  // What others work on stands in the context, in words like those of one's own task.
  const border = said.indexOf('</workspace>') + 1;
  const context = said.slice(0, border);
  const prompt = said.slice(border);
  const index = Number(/function add(\d+) /.exec(prompt)[1]);
  const calls = history(messages);
  const made = (tool, fits = () => true) => calls.filter((c) => c.tool === tool && fits(c.input));
  const done = (tool, path) =>
    made(tool, (input) => input.path === path).some(({ result }) => !result.startsWith('Error'));
  const asked = /It is in (\S+)\.\n/.exec(prompt)?.[1];
  if (!asked && made('search').length === 0) {
    const mapped = context.includes('The project has ');
    if (!mapped && made('list_files').length === 0) return { tool: 'list_files', input: {} };
    return { tool: 'search', input: { query: `^add${index}\\(\\)` } };
  }
  const file = asked ?? made('search')[0].result.split(':')[0];
  const notes = prompt.includes(`Note it in ${kChanges}`);
  const busy = /CHANGELOG\.md was changed by|lock on CHANGELOG\.md/.test(context);
  const readNotes = { tool: 'read_file', input: { path: kChanges } };
  if (notes && !busy && !done('read_file', kChanges)) return readNotes;
  if (!done('read_file', file)) return { tool: 'read_file', input: { path: file } };
  if (!done('edit_file', file)) {
    return { tool: 'edit_file', input: { path: file, old: wrong(index), new: right(index) } };
  }
  if (notes && !done('edit_file', kChanges)) {
    const last = calls.at(-1);
    const stale = last.input.path === kChanges && last.result.startsWith('Error');
    if (stale || !done('read_file', kChanges)) return readNotes;
    const input = {
      path: kChanges,
      old: '## Unreleased\n',
      new: `## Unreleased\n- add${index} adds\n`,
    };
    return { tool: 'edit_file', input };
  }
  return { text: `add${index} adds ${index}.` };
}

function frames(step, id, usage) {
  const frame = (choice, more = {}) => {
    const choices = [{ index: 0, delta: {}, finish_reason: null, ...choice }];
    const chunk = { id, object: 'chat.completion.chunk', model: 'reader', choices, ...more };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  };
  const call = step.tool && {
    index: 0,
    id: `${step.tool}:${id}`,
    type: 'function',
    function: { name: step.tool, arguments: JSON.stringify(step.input) },
  };
  const delta = call ? { tool_calls: [call] } : { content: step.text };
  const end = frame({ finish_reason: call ? 'tool_calls' : 'stop' }, { usage });
  return `${frame({ delta: { role: 'assistant', ...delta } })}${end}data: [DONE]\n\n`;
}

function sharedBytes(a, b) {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) ++at;
  return at;
}

/// Starts the endpoint; each answer takes `latencyMs`.
export async function startReader(latencyMs) {
  const before = new Map();
  let count = 0;
  const server = http.createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(pieces).toString());
      const prompt = JSON.stringify([body.tools, body.messages]);
      const task = textOf(body.messages.find(({ role }) => role === 'user'));
      const cached = Math.floor(sharedBytes(before.get(task) ?? '', prompt) / kBytesPerToken);
      before.set(task, prompt);
      const step = nextStep(body.messages);
      const output = tokens(JSON.stringify(step));
      const usage = {
        prompt_tokens: tokens(prompt),
        cached_tokens: cached,
        completion_tokens: output,
        total_tokens: tokens(prompt) + output,
      };
      setTimeout(() => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.end(frames(step, `c${++count}`, usage));
      }, latencyMs);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/v1`, close: () => server.close() };
}
