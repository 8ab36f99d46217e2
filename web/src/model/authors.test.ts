import { describe, expect, it } from 'vitest';
import { authoredLines, authorships, type LoggedEdit } from './authors';
import { randomFrom } from './testing';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

let seq = 0;
function edit(actor: string, data: LoggedEdit['data']): LoggedEdit {
  seq += 1;
  return { seq, ts: `t${seq}`, actor, data };
}
const created = (actor: string, text: string): LoggedEdit =>
  edit(actor, { op: 'create', size: encode(text).length });
const spliced = (actor: string, at: number, remove: number, insert: string): LoggedEdit =>
  edit(actor, { op: 'write', size: 0, splice: { at, remove, insert } });

const whoOf = (text: string, edits: LoggedEdit[]): [number, number, string][] =>
  authoredLines(text, authorships(edits)).map(({ from, to, actor }) => [from, to, actor]);

describe('who wrote a line', () => {
  it('is who made the file, until another writes in it', () => {
    const edits = [created('user:a', 'one\ntwo\nthree\n'), spliced('agent:c', 4, 3, 'TWO\nAND')];
    expect(whoOf('one\nTWO\nAND\nthree\n', edits)).toEqual([
      [1, 1, 'user:a'],
      [2, 3, 'agent:c'],
      [4, 4, 'user:a'],
    ]);
  });

  it('counts bytes, not letters', () => {
    const edits = [created('user:a', 'ü\nä\n'), spliced('agent:c', 3, 2, '€')];
    expect(whoOf('ü\n€\n', edits)).toEqual([
      [1, 1, 'user:a'],
      [2, 2, 'agent:c'],
    ]);
  });

  it('is not known after a write that was logged as a whole', () => {
    const whole = edit('agent:c', { op: 'write', size: 9 });
    expect(whoOf('x\ny\n', [created('user:a', 'x\n'), whole])).toEqual([]);
    expect(whoOf('x\ny\n', [whole, spliced('agent:d', 2, 0, 'y\n')])).toEqual([[2, 2, 'agent:d']]);
  });

  it('agrees with a model that keeps an author for every byte', () => {
    const random = randomFrom(11);
    for (let round = 0; round < 200; round++) {
      let bytes = encode('abc\ndef\nghi\n');
      const edits = [created('user:0', decode(bytes))];
      let owner: LoggedEdit[] = Array.from(bytes, () => edits[0]!);
      for (let step = 1; step < 12; step++) {
        const at = random(bytes.length + 1);
        const remove = random(Math.min(6, bytes.length - at + 1));
        const insert = ['', 'x', 'y\n', '\nzz', 'long one\n'][random(5)] ?? '';
        const next = spliced(`agent:${step}`, at, remove, insert);
        const added = encode(insert);
        const tail = bytes.slice(at + remove);
        const joined = new Uint8Array(at + added.length + tail.length);
        joined.set(bytes.slice(0, at));
        joined.set(added, at);
        joined.set(tail, at + added.length);
        owner = owner.toSpliced(at, remove, ...Array.from(added, () => next));
        bytes = joined;
        edits.push(next);
      }
      for (const { from, to, edit: by } of authorships(edits)) {
        for (let at = from; at < to; at++) expect(owner[at]).toBe(by);
      }
      const covered = authorships(edits).reduce((sum, { from, to }) => sum + to - from, 0);
      expect(covered).toBe(bytes.length);
    }
  });
});
