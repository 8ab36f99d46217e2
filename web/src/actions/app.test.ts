import { describe, expect, it } from 'vitest';
import { hrefOf, routeOf, tokenFromInput, tokenOf } from './app';

describe('the address', () => {
  it.each([
    ['', { page: 'workspaces' }],
    ['#/', { page: 'workspaces' }],
    ['#/workspaces', { page: 'workspaces' }],
    ['#/workspaces/', { page: 'workspaces' }],
    ['#/workspaces/w_1', { page: 'workspace', id: 'w_1' }],
    ['#/workspaces/a%2Fb?x', { page: 'workspace', id: 'a/b' }],
    ['#/workspaces/w/', { page: 'workspace', id: 'w' }],
    ['#/workspaces/w/at/7', { page: 'workspace', id: 'w', place: { kind: 'moment', seq: 7 } }],
    ['#/workspaces/w/nowhere/7', { page: 'workspace', id: 'w' }],
    ['#token=abc', { page: 'workspaces' }],
    ['#/workspaces/%', { page: 'workspaces' }],
  ])('%j leads to %j', (hash, expected) => {
    expect(routeOf(hash)).toEqual(expected);
  });

  it('comes back as it went', () => {
    const target = { page: 'workspace', id: 'ü/?#' } as const;
    expect(routeOf(hrefOf(target))).toEqual(target);
  });
});

describe('the token of a login link', () => {
  it.each([
    ['#token=abc', 'abc'],
    ['#token=a%2Bb', 'a+b'],
    ['#token=', null],
    ['#/workspaces/w_1', null],
    ['', null],
  ])('%j holds %j', (hash, expected) => {
    expect(tokenOf(hash)).toBe(expected);
  });

  it.each([
    ['  abc ', 'abc'],
    ['http://host:7700/#token=abc', 'abc'],
    ['#token=abc', 'abc'],
    ['', ''],
  ])('typed as %j is %j', (input, expected) => {
    expect(tokenFromInput(input)).toBe(expected);
  });
});
