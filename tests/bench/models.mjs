// A server whose models are played by a simulator in a process of its own.

import { Server, temporaryFolder } from '../lib/server.mjs';

/// `url` is the simulator's, or that of something in front of it.
export async function serverOf(url) {
  const env = {
    ANTHROPIC_BASE_URL: url,
    GOOGLE_GEMINI_BASE_URL: url,
    OPENAI_BASE_URL: `${url}/v1`,
    MOONSHOT_BASE_URL: `${url}/v1`,
    ANTHROPIC_API_KEY: 'key',
    GEMINI_API_KEY: 'key',
    OPENAI_API_KEY: 'key',
    MOONSHOT_API_KEY: 'key',
  };
  const server = new Server(temporaryFolder(), { env, models: 'configured' });
  await server.start();
  return server;
}
