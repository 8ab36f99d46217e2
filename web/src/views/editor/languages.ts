import type { Extension } from '@codemirror/state';

type Loader = () => Promise<Extension>;

const javascript =
  (options: { jsx?: boolean; typescript?: boolean }): Loader =>
  async () =>
    (await import('@codemirror/lang-javascript')).javascript(options);
const cpp: Loader = async () => (await import('@codemirror/lang-cpp')).cpp();

const BY_EXTENSION: Record<string, Loader> = {
  ts: javascript({ typescript: true }),
  mts: javascript({ typescript: true }),
  tsx: javascript({ typescript: true, jsx: true }),
  js: javascript({}),
  mjs: javascript({}),
  cjs: javascript({}),
  jsx: javascript({ jsx: true }),
  json: async () => (await import('@codemirror/lang-json')).json(),
  jsonl: async () => (await import('@codemirror/lang-json')).json(),
  md: async () => (await import('@codemirror/lang-markdown')).markdown(),
  html: async () => (await import('@codemirror/lang-html')).html(),
  css: async () => (await import('@codemirror/lang-css')).css(),
  py: async () => (await import('@codemirror/lang-python')).python(),
  rs: async () => (await import('@codemirror/lang-rust')).rust(),
  go: async () => (await import('@codemirror/lang-go')).go(),
  c: cpp,
  h: cpp,
  cc: cpp,
  cpp,
  hpp: cpp,
};

/** The language support for a file, by its extension; each is a chunk of its own. */
export function languageOf(path: string): Promise<Extension | undefined> {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return BY_EXTENSION[extension]?.() ?? Promise.resolve(undefined);
}
