import { describe, expect, it } from 'vitest';
import { openDocument, stepDocument, type DocumentEvent, type OpenDocument } from './document';

const run = (doc: OpenDocument, ...events: DocumentEvent[]): OpenDocument =>
  events.reduce(stepDocument, doc);
const clean = run(openDocument('a.ts', 1), { type: 'loaded', text: 'one', version: 5 });
const dirty = run(clean, { type: 'edited', dirty: true });
const theirs = (version: number, text = 'two'): DocumentEvent => ({
  type: 'theirs',
  text,
  version,
  actor: 'agent:claude',
});

describe('somebody else writes the file', () => {
  it('a clean document takes it over', () => {
    expect(run(clean, theirs(6))).toMatchObject({
      base: 'two',
      version: 6,
      adoption: 2,
      adoptedFrom: 'agent:claude',
      incoming: null,
    });
  });

  it('a dirty one is not clobbered: the reader is asked', () => {
    const asked = run(dirty, theirs(6));
    expect(asked).toMatchObject({ base: 'one', version: 5, adoption: 1, dirty: true });
    expect(asked.incoming).toEqual({ text: 'two', version: 6, actor: 'agent:claude' });
  });

  it.each([4, 5])('version %i is nothing new', (version) => {
    expect(run(clean, theirs(version))).toBe(clean);
    expect(run(dirty, theirs(version))).toBe(dirty);
  });

  it('the same text under a newer version (a move) asks nothing', () => {
    const after = run(dirty, theirs(6, 'one'));
    expect(after).toMatchObject({ version: 6, incoming: null, adoption: 1, dirty: true });
  });

  it('the newest of several wins', () => {
    expect(run(dirty, theirs(6), theirs(7, 'three')).incoming?.text).toBe('three');
  });

  it('a text that arrives before the first load is left to the load', () => {
    const loading = openDocument('a.ts', 1);
    expect(run(loading, theirs(6))).toBe(loading);
  });
});

describe('the way out of a conflict', () => {
  const asked = run(dirty, theirs(6), { type: 'compare' });

  it('take theirs: the editor adopts it and is clean', () => {
    expect(run(asked, { type: 'take_theirs' })).toMatchObject({
      base: 'two',
      version: 6,
      adoption: 2,
      dirty: false,
      incoming: null,
      comparing: false,
    });
  });

  it('keep mine: the next save is based on their version', () => {
    expect(run(asked, { type: 'keep_mine' })).toMatchObject({
      base: 'two',
      version: 6,
      adoption: 1,
      dirty: true,
      incoming: null,
      comparing: false,
    });
  });

  it.each(['take_theirs', 'keep_mine', 'compare'] as const)('%s needs a conflict', (type) => {
    expect(run(dirty, { type })).toBe(dirty);
  });
});

describe('saving', () => {
  it('moves the base on', () => {
    const saved = run(dirty, { type: 'save_started' }, { type: 'saved', text: 'mine', version: 8 });
    expect(saved).toMatchObject({ saving: false, base: 'mine', version: 8, problem: null });
  });

  it('a refusal keeps the edits and the base', () => {
    const problem = { kind: 'conflict', message: 'newer', hint: 'read again' };
    const refused = run(dirty, { type: 'save_started' }, { type: 'save_failed', problem });
    expect(refused).toMatchObject({ saving: false, dirty: true, version: 5, problem });
    expect(run(refused, { type: 'save_started' }).problem).toBeNull();
  });
});

describe('removed or renamed by another', () => {
  it('a removal is said, the text stays, a save ends it', () => {
    const removed = run(dirty, { type: 'removed', actor: 'agent:kimi' });
    expect(removed).toMatchObject({ removedBy: 'agent:kimi', dirty: true });
    expect(run(removed, { type: 'saved', text: 'x', version: 9 }).removedBy).toBeNull();
    expect(run(removed, theirs(9)).removedBy).toBeNull();
  });

  it('a rename keeps everything but the path', () => {
    expect(run(dirty, { type: 'moved', to: 'b.ts' })).toEqual({ ...dirty, path: 'b.ts' });
  });
});
