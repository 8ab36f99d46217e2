import type { FileMatch } from '../protocol/entities';
import { cDefinitionIn, cDefinitionPattern, kCFiles } from './cDefinitions';
import { fuzzyFilter } from './fuzzy';
import type { Roles } from './mentions';

/** Something that an `@` may stand for. */
export interface MentionOption {
  kind: 'agent' | 'role' | 'all' | 'file' | 'symbol';
  key: string;
  label: string;
  detail: string;
  /** What takes the place of the query. */
  insert: string;
}

const kFilesMax = 8;
const kSymbolsMax = 6;
const kSymbolCharsMin = 2;

/** Who can be addressed by what is typed: agents, roles, everybody. */
export function peopleFor(
  query: string,
  agents: readonly { name: string; model: string; state: string }[],
  roles: Roles,
): MentionOption[] {
  const wanted = query.toLowerCase();
  const named = agents.map(({ name, model, state }): MentionOption => ({
    kind: 'agent',
    key: name,
    label: `@${name}`,
    detail: `${model}, ${state}`,
    insert: `@${name}`,
  }));
  const called = Object.entries(roles).map(([role, names]): MentionOption => ({
    kind: 'role',
    key: role,
    label: `@${role}`,
    detail: names.join(', '),
    insert: `@${role}`,
  }));
  const all: MentionOption = {
    kind: 'all',
    key: 'all',
    label: '@all',
    detail: 'everybody gets a task',
    insert: '@all',
  };
  return [...named, ...called, all].filter(({ key }) => key.startsWith(wanted));
}

export function filesFor(query: string, paths: string[]): MentionOption[] {
  if (query === '') return [];
  return fuzzyFilter(paths, query, (path) => path, kFilesMax).map((path) => ({
    kind: 'file',
    key: path,
    label: path.slice(path.lastIndexOf('/') + 1),
    detail: path.slice(0, Math.max(0, path.lastIndexOf('/'))),
    insert: `@${path}`,
  }));
}

const KEYWORDS =
  'class|struct|interface|enum|union|type|namespace|module|trait|impl|concept|def|func|fn|fun|function|const|let|var|static|using|define';

/**
 * A regular expression for lines that define what begins with `query`, in the languages that have
 * a word for it; null for what is no name or too short.
 */
export function definitionPattern(query: string): string | null {
  if (query.length < kSymbolCharsMin || !/^[A-Za-z_]\w*$/.test(query)) return null;
  return `\\b(?:${KEYWORDS})\\s+(?:class\\s+|\\([^)]*\\)\\s*)?${query}\\w*`;
}

/**
 * What to look for in the files: definitions that begin with a word for it, and functions of C and
 * C++, which have none. Nothing for what is no name or too short.
 */
export function definitionSearches(query: string): { query: string; glob?: string }[] {
  const pattern = definitionPattern(query);
  if (pattern === null) return [];
  return [{ query: pattern }, { query: cDefinitionPattern(query), glob: kCFiles }];
}

/** The names that were found, each once; those that are spelled as the query first. */
export function symbolsFor(query: string, matches: readonly FileMatch[]): MentionOption[] {
  const name = new RegExp(`\\b(?:${KEYWORDS})\\s+(?:class\\s+|\\([^)]*\\)\\s*)?(${query}\\w*)`);
  const seen = new Set<string>();
  const found = matches.flatMap(({ path, line, text }): MentionOption[] => {
    const symbol = name.exec(text)?.[1] ?? cDefinitionIn(path, text, query);
    const key = `${symbol ?? ''} ${path}`;
    if (symbol === undefined || seen.has(key)) return [];
    seen.add(key);
    const place = `${path}:${line}`;
    return [
      {
        kind: 'symbol',
        key: `${symbol} ${place}`,
        label: symbol,
        detail: place,
        insert: `\`${symbol}\` in \`${place}\``,
      },
    ];
  });
  const rank = ({ label }: MentionOption): number => {
    const own = label.slice(label.lastIndexOf(':') + 1);
    return own === query ? 0 : own.length;
  };
  return found.toSorted((a, b) => rank(a) - rank(b)).slice(0, kSymbolsMax);
}
