import { describe, expect, it } from 'vitest';
import type { Role } from '../protocol/people';
import { may, whyNot } from './roles';

const ROLES: Role[] = ['viewer', 'editor', 'owner'];

describe('roles', () => {
  it('may do what those below may, and nothing of those above', () => {
    const allowed = ROLES.map((has) => ROLES.map((needs) => may(has, needs)));
    expect(allowed).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
  });

  it('says why not exactly where it may not', () => {
    for (const has of ROLES)
      for (const needs of ROLES) expect(whyNot(has, needs) === undefined).toBe(may(has, needs));
    expect(whyNot('viewer', 'owner')).toBe('You are a viewer here: this takes an owner.');
  });
});
