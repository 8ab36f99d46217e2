import { describe, expect, it } from 'vitest';
import {
  definitionPattern,
  definitionSearches,
  filesFor,
  peopleFor,
  symbolsFor,
} from './mentionOptions';
import { rolesOf, targetsOf, withoutLeadingMentions, withPaths } from './mentions';
import { budgetOf, kSlashCommands, parseSlash, slashOptions } from './slash';

const AGENTS = ['claude', 'gemini', 'kimi'];
const ROLES = rolesOf([
  { name: 'claude', role: 'reviewer' },
  { name: 'gemini' },
  { name: 'kimi', role: 'reviewer' },
]);

describe('roles', () => {
  it.each([
    ['@reviewer look', ['claude', 'kimi']],
    ['@Reviewer, and @gemini', ['claude', 'kimi', 'gemini']],
    ['@claude/notes.md is wrong', []],
    ['@claude: look at @src/reviewer', ['claude']],
    ['@constructor', []],
  ])('%j addresses %j', (text, expected) => {
    expect(targetsOf(text, AGENTS, ROLES)).toEqual(expected);
  });

  it('are left out of what is said, as names are', () => {
    expect(withoutLeadingMentions('@reviewer look', AGENTS, ROLES)).toBe('look');
  });
});

describe('files in a message', () => {
  const files = new Set(['src/a.ts', 'README.md', 'claude']);
  const isFile = (path: string): boolean => files.has(path);

  it.each([
    ['see @src/a.ts.', 'see `src/a.ts`.'],
    ['@README.md, (@src/a.ts:12)', '`README.md`, (`src/a.ts:12`)'],
    ['@src/none.ts and me@README.md', '@src/none.ts and me@README.md'],
    ['`@src/a.ts` stays', '`@src/a.ts` stays'],
    ['```\n@src/a.ts\n```\n@src/a.ts', '```\n@src/a.ts\n```\n`src/a.ts`'],
  ])('%j becomes %j', (text, expected) => {
    expect(withPaths(text, isFile)).toBe(expected);
  });
});

describe('what an @ may stand for', () => {
  const agents = AGENTS.map((name) => ({ name, model: 'm', state: 'idle' }));

  it('is an agent, a role or everybody', () => {
    const keys = (query: string): string[] => peopleFor(query, agents, ROLES).map(({ key }) => key);
    expect(keys('')).toEqual(['claude', 'gemini', 'kimi', 'reviewer', 'all']);
    expect(keys('RE')).toEqual(['reviewer']);
    expect(keys('src')).toEqual([]);
  });

  it('is a file, by some of its letters', () => {
    const paths = ['src/model/chat.ts', 'src/views/chat/Composer.tsx', 'README.md'];
    expect(filesFor('compo', paths)[0]).toMatchObject({
      label: 'Composer.tsx',
      detail: 'src/views/chat',
      insert: '@src/views/chat/Composer.tsx',
    });
    expect(filesFor('', paths)).toEqual([]);
  });

  it('is a symbol, where it is defined', () => {
    expect(definitionPattern('p')).toBeNull();
    expect(definitionPattern('a.b')).toBeNull();
    expect(definitionPattern('a/b')).toBeNull();
    const pattern = new RegExp(definitionPattern('pars') ?? '');
    const lines = [
      'export function parseSlash(draft: string)',
      'class parser:',
      'func (s *State) parsed() int {',
      'enum class parsing { kOne };',
      'return parse(text);',
    ];
    expect(lines.map((line) => pattern.test(line))).toEqual([true, true, true, true, false]);
    const matches = lines.map((text, index) => ({ path: 'a.ts', line: index + 1, text }));
    const found = symbolsFor('parse', [...matches, ...matches]);
    expect(found.map(({ label }) => label)).toEqual(['parser', 'parsed', 'parseSlash']);
    expect(found[2]?.insert).toBe('`parseSlash` in `a.ts:1`');
  });

  it('are functions of C and C++ too, in a search of their own files', () => {
    expect(definitionSearches('p')).toEqual([]);
    const [words, functions] = definitionSearches('apply');
    expect(words?.glob).toBeUndefined();
    expect(functions?.glob).toContain('cpp');
    const found = symbolsFor('apply', [
      { path: 'src/a.ts', line: 1, text: 'function applyAll() {' },
      { path: 'src/a.cpp', line: 7, text: 'void Book::apply(const Event& event) {' },
      { path: 'src/a.cpp', line: 9, text: '  apply(event);' },
    ]);
    expect(found.map(({ insert }) => insert)).toEqual([
      '`Book::apply` in `src/a.cpp:7`',
      '`applyAll` in `src/a.ts:1`',
    ]);
  });
});

describe('a slash command', () => {
  it.each([
    ['/stop', 'stop', [], ''],
    ['/stop @claude, @Kimi', 'stop', ['claude', 'kimi'], ''],
    ['/steer @claude leave @kimi alone', 'steer', ['claude'], 'leave @kimi alone'],
    ['/STEER @claude\nline two', 'steer', ['claude'], 'line two'],
    ['/all @claude was wrong', 'all', [], '@claude was wrong'],
    ['/budget 5 @claude', 'budget', ['claude'], '5'],
    ['/budget @claude 5', 'budget', ['claude'], '5'],
    ['/help', 'help', [], ''],
  ])('%j', (draft, name, names, text) => {
    expect(parseSlash(draft)).toMatchObject({ kind: 'command', command: { name }, names, text });
  });

  it.each([
    ['/src/a.ts is broken'],
    ['// a comment'],
    [' /stop'],
    ['stop'],
    ['/'],
    ['/usr'.concat('/bin')],
  ])('%j is a message', (draft) => {
    expect(parseSlash(draft)).toBeNull();
  });

  it('that there is not is said so', () => {
    expect(parseSlash('/stpo @claude')).toEqual({ kind: 'unknown', name: 'stpo' });
  });

  it('is completed while its name is typed', () => {
    expect(slashOptions('/', 1)).toHaveLength(kSlashCommands.length);
    expect(slashOptions('/re', 3).map(({ name }) => name)).toEqual(['resume', 'review']);
    expect(slashOptions('/stop ', 6)).toEqual([]);
    expect(slashOptions('say /st', 7)).toEqual([]);
  });

  it.each([
    ['5', 5],
    ['$0.25', 0.25],
    ['none', 'none'],
    ['-1', null],
    ['five', null],
    ['', null],
  ])('a budget of %j is %j', (text, expected) => {
    expect(budgetOf(text)).toBe(expected);
  });
});
