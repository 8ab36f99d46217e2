import { expect, it } from 'vitest';
import { kNoPlan, problemOfSource, sourceOf, suggestedName, type SourceKind } from './provisioning';

const plan = (kind: SourceKind, value: string) => ({
  ...kNoPlan,
  kind,
  values: { [kind]: value },
});

it.each<[SourceKind, string, boolean]>([
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
  const of = (kind: SourceKind) => sourceOf({ kind, name: '', values });
  expect(of('empty')).toEqual({ kind: 'empty' });
  expect(of('git')).toEqual({ kind: 'git', url: 'https://git.example/p' });
  expect(of('path')).toEqual({ kind: 'path', path: '/p' });
  expect(of('template')).toEqual({ kind: 'template', name: 'web' });
  expect(of('workspace')).toEqual({ kind: 'workspace', id: 'ws_1' });
});

it.each<[SourceKind, string, string]>([
  ['git', 'https://git.example/team/project.git/', 'project'],
  ['git', 'git@git.example:project.git', 'project'],
  ['path', '/home/me/words/', 'words'],
  ['template', 'web', 'my web'],
  ['empty', '', ''],
])('%s %j is called %j', (kind, value, name) => {
  expect(suggestedName(plan(kind, value))).toBe(name);
});
