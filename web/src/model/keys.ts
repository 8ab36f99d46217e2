import type { KeyTest, ProviderKey } from '../protocol/http';
import { ago, shortName, usd } from './format';

export const kVendors: Record<string, string> = {
  anthropic: 'Anthropic',
  gemini: 'Google Gemini',
  openai: 'OpenAI',
  moonshot: 'Moonshot',
  'openai-compatible': 'OpenAI-compatible',
};

/** Where the key in use comes from, in a sentence. */
export function sayKey(key: ProviderKey, nowMs: number): string {
  const variable = key.in_environment ? ` It counts before the variable ${key.variable}.` : '';
  switch (key.in_use) {
    case 'studio': {
      const end = key.ends_in === undefined ? '' : `, ends in …${key.ends_in}`;
      const by = key.set_by === undefined ? '' : ` by ${shortName(key.set_by)}`;
      return `Set here${end}${by}, ${ago(key.set_at ?? '', nowMs)}.${variable}`;
    }
    case 'environment':
      return `From the server’s variable ${key.variable}.`;
    case 'none':
      return key.agents.some(({ simulated }) => simulated)
        ? 'No key: its models are simulated.'
        : 'No key.';
    case 'simulated':
      return key.set ? 'Set here, and not used: everything is simulated.' : 'Not used.';
  }
}

export function sayTest(test: KeyTest, nowMs: number): string {
  const when = ago(test.at, nowMs);
  if (!test.ok) return `${test.message ?? 'It does not work.'} ${test.hint ?? ''}`.trim();
  const cost =
    test.cost_usd === null || test.cost_usd === undefined ? 'cost not known' : usd(test.cost_usd);
  return `Works: ${test.model} answered in ${test.elapsed_ms ?? 0} ms (${cost}), ${when}.`;
}

/** What is wrong with what was pasted; nothing for what may be a key. */
export function problemOfKey(text: string): string | undefined {
  if (/[^\x21-\x7e]/.test(text)) return 'A key has no spaces, quotes or line ends around it.';
  if (text.length < 8) return 'A key is longer than that.';
  return text.length > 4096 ? 'A key is shorter than that.' : undefined;
}
