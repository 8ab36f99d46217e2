#!/usr/bin/env node
// An MCP server over stdio that misbehaves as it is told: by its argument at its start, by its
// tools later. It speaks 2025-11-25 and knows nothing of `server/discover`.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const how = process.argv[2] ?? 'well';
const home = process.env.HOME;
const starts = `${home}/starts`;
appendFileSync(starts, 'x');

if (how === 'refuses') {
  process.stderr.write(`I will not start: ${process.env.TOKEN ?? ''}\n`);
  process.exit(3);
}
if (how === 'garbage') {
  for (let line = 0; line < 50; ++line) process.stdout.write(`hello ${line}\n`);
}

const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const text = (said) => ({ content: [{ type: 'text', text: said }] });
const schema = (...names) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
const described = (name, inputSchema = schema()) => ({
  name,
  description: `Does ${name}`,
  inputSchema,
  annotations: { readOnlyHint: true },
});

let tools = [
  described('echo', schema('text')),
  described('environment'),
  described('files'),
  described('picture'),
  described('large'),
  described('fails'),
  described('silent'),
  described('working'),
  described('dies'),
  described('huge_line'),
  described('asks'),
  described('changes'),
  described('cancelled'),
  described('odd name/1'),
  described('odd name 1'),
  described('x'.repeat(100)),
  { name: 'broken' },
  described('too_large', { ...schema(), description: 'x'.repeat(40_000) }),
];
let answers = [];
let cancelled = 0;

const bodies = {
  echo: ({ text: said }) => text(said),
  environment: () => text(JSON.stringify(process.env)),
  files: () => {
    const seen = existsSync('/workspace/README.md')
      ? readFileSync('/workspace/README.md', 'utf8')
      : '';
    let wrote = 'no';
    try {
      writeFileSync('/workspace/written.txt', 'x');
      wrote = 'yes';
    } catch (error) {
      wrote = error.code;
    }
    return text(JSON.stringify({ seen, wrote, starts: readFileSync(starts, 'utf8').length }));
  },
  picture: () => ({
    content: [
      { type: 'text', text: 'look:' },
      { type: 'image', mimeType: 'image/png', data: Buffer.alloc(300).toString('base64') },
      { type: 'resource', resource: { uri: 'test://a', text: 'inside' } },
    ],
  }),
  large: () => text(Array.from({ length: 40_000 }, (_, i) => `line ${i}`).join('\n')),
  fails: () => ({ isError: true, ...text('it did not work') }),
  dies: () => {
    process.stderr.write('out of luck\n');
    process.exit(7);
  },
  asks: () => text(JSON.stringify(answers)),
  cancelled: () => text(`${cancelled} cancelled`),
  changes: () => {
    tools = [...tools, described('new_one')];
    bodies.new_one = () => text('I am new');
    send({ method: 'notifications/tools/list_changed' });
    return text('changed');
  },
};

function call(id, { name, arguments: given, _meta }) {
  if (name === 'silent') return;
  if (name === 'huge_line') {
    const piece = 'x'.repeat(1 << 20);
    for (let at = 0; at < 100; ++at) process.stdout.write(piece);
    return;
  }
  if (name === 'working') {
    let step = 0;
    const timer = setInterval(() => {
      send({
        method: 'notifications/progress',
        params: { progressToken: _meta.progressToken, progress: ++step },
      });
      if (step < 12) return;
      clearInterval(timer);
      send({ id, result: text('worked') });
    }, 250);
    return;
  }
  const body = bodies[name];
  if (!body) return send({ id, error: { code: -32602, message: `no tool ${name}` } });
  send({ id, result: body(given ?? {}) });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message.method === undefined) return answers.push(message.error?.code ?? 'answered');
  if (message.method === 'notifications/cancelled') return (cancelled += 1);
  if (message.method === 'initialize') {
    if (how === 'silent') return;
    send({
      id: message.id,
      result: {
        protocolVersion: '2025-11-25',
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: 'raw', version: '1' },
      },
    });
    for (const method of ['ping', 'sampling/createMessage', 'roots/list', 'elicitation/create']) {
      send({ id: method, method, params: {} });
    }
    send({ method: 'notifications/message', params: { level: 'info', data: 'I am here' } });
  } else if (message.method === 'tools/list') {
    send({ id: message.id, result: { tools } });
  } else if (message.method === 'tools/call') {
    call(message.id, message.params);
  } else if (message.id !== undefined) {
    send({ id: message.id, error: { code: -32601, message: 'unknown method' } });
  }
});
