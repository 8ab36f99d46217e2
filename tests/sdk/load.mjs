// Streams COUNT answers at once with the vendors' SDKs, a quarter with each. For the benchmark,
// which measures this process from outside.
//
//   node load.mjs URL COUNT     {"prompt","expected"} on standard input

import { text } from 'node:stream/consumers';

import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';

const [url, count] = process.argv.slice(2);
const anthropic = new Anthropic({ baseURL: url, apiKey: 'key' });
const google = new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: url } });
const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'key' });

/// For each vendor the pieces of text of one answer, in order.
const kVendors = [
  async function* (content) {
    const messages = [{ role: 'user', content }];
    const params = { model: 'claude-opus-5-5', max_tokens: 32_000, messages, stream: true };
    for await (const event of await anthropic.messages.create(params)) {
      if (event.type === 'content_block_delta') yield event.delta.text;
    }
  },
  async function* (contents) {
    const params = { model: 'gemini-4-carbon', contents };
    for await (const chunk of await google.models.generateContentStream(params)) {
      yield chunk.text ?? '';
    }
  },
  async function* (input) {
    const params = { model: 'gpt-6.1-sol', input, store: false, stream: true };
    for await (const event of await openai.responses.create(params)) {
      if (event.type === 'response.output_text.delta') yield event.delta;
    }
  },
  async function* (content) {
    const params = { model: 'kimi-k2.7-code', messages: [{ role: 'user', content }], stream: true };
    for await (const chunk of await openai.chat.completions.create(params)) {
      yield chunk.choices[0]?.delta.content ?? '';
    }
  },
];

console.log('ready');
const { prompt, expected } = JSON.parse(await text(process.stdin));
await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    let heard = '';
    for await (const piece of kVendors[index % kVendors.length](prompt)) heard += piece;
    if (heard !== expected) throw new Error(`heard ${heard.length} of ${expected.length} letters`);
  }),
);
console.log('done');
// Whoever measures this process ends it.
setInterval(() => undefined, 60_000);
