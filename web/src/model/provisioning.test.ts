import { expect, it } from 'vitest';
import type { Source } from '../protocol/http';
import {
  doing,
  kNoPlan,
  problemOfSource,
  sourceOf,
  suggestedName,
  withChosen,
} from './provisioning';

type NamedKind = Source['kind'];

const plan = (kind: NamedKind, value: string) => ({
  ...kNoPlan,
  kind,
  values: { [kind]: value },
});

it.each<[NamedKind, string, boolean]>([
  ['empty', '', true],
  ['git', '', false],
  ['git', 'https://git.example/team/project.git', true],
  ['git', 'git@git.example:team/project.git', true],
  ['git', '/srv/project.git', true],
  ['git', 'project', false],
  ['git', 'https://git.example/a b', false],
  ['path', '/home/me/project', true],
  ['path', 'project', false],
  ['template', 'cpp', true],
  ['template', '', false],
  ['workspace', 'ws_1', true],
  ['workspace', '', false],
])('%s from %j', (kind, value, good) => {
  expect(problemOfSource(plan(kind, value)) === undefined).toBe(good);
});

it('asks for what was chosen, whatever else was typed', () => {
  const values = { git: ' https://git.example/p ', path: '/p', template: 'web', workspace: 'ws_1' };
  const of = (kind: NamedKind) => sourceOf(kind, values);
  expect(of('empty')).toEqual({ kind: 'empty' });
  expect(of('git')).toEqual({ kind: 'git', url: 'https://git.example/p' });
  expect(of('path')).toEqual({ kind: 'path', path: '/p' });
  expect(of('template')).toEqual({ kind: 'template', name: 'web' });
  expect(of('workspace')).toEqual({ kind: 'workspace', id: 'ws_1' });
});

it.each<[NamedKind, string, string]>([
  ['git', 'https://git.example/team/project.git/', 'project'],
  ['git', 'git@git.example:project.git', 'project'],
  ['path', '/home/me/words/', 'words'],
  ['template', 'web', 'my web'],
  ['empty', '', ''],
])('%s %j is called %j', (kind, value, name) => {
  expect(suggestedName(plan(kind, value))).toBe(name);
});

it('imports what was chosen', () => {
  const nothing = { ...kNoPlan, kind: 'import' as const };
  expect(problemOfSource(nothing)).toBe('Which archive or folder?');
  expect(suggestedName(nothing)).toBe('');
  const chosen = { kind: 'archive' as const, name: 'words.tar.gz', bytes: 10 };
  expect(problemOfSource({ ...nothing, chosen })).toBeUndefined();
  expect(suggestedName({ ...nothing, chosen })).toBe('words');
  expect(doing('import')).toBe('Unpacking');
});

it('keeps the name that a person gave when something else is chosen', () => {
  const chosen = { kind: 'archive' as const, name: 'new.zip', bytes: 10 };
  const before = plan('git', 'https://git.example/old.git');
  expect(withChosen({ ...before, name: 'old' }, chosen).name).toBe('');
  expect(withChosen({ ...before, name: 'mine' }, chosen)).toEqual({
    ...before,
    kind: 'import',
    name: 'mine',
    chosen,
  });
});
