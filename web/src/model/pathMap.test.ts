import { describe, expect, it } from 'vitest';
import { PathMap } from './pathMap';

describe('values by path', () => {
  it('are those of a map that is changed the same way', () => {
    const model = new Map<string, number>();
    let map = PathMap.from<number>([]);
    for (let at = 0; at < 20_000; at++) {
      const path = `src/part${at % 97}/file${(at * 7) % 5_000}.ts`;
      model.set(path, at);
      map = map.with(path, at);
    }
    expect([...map.entries()].toSorted()).toEqual([...model].toSorted());
    expect([...map.values()].toSorted()).toEqual([...model.values()].toSorted());
    for (const [path, value] of model) expect(map.get(path)).toBe(value);
    expect(map.get('none')).toBeUndefined();
  });

  it('stay as they are in the map before', () => {
    const before = PathMap.from([['a', 1]]);
    const after = before.with('a', 2).with('b', 3);
    expect([...before.entries()]).toEqual([['a', 1]]);
    expect(before.get('b')).toBeUndefined();
    expect(after.get('a')).toBe(2);
  });

  it('go one by one, or all of a kind, and what has changed is known', () => {
    const paths = Array.from({ length: 2_000 }, (_, at) => `src/${at % 7}/file${at}`);
    const before = PathMap.from(paths.map((path, at) => [path, at] as const));
    const after = before
      .without('src/0/file0')
      .without('none')
      .withoutAll((path) => path.startsWith('src/3/'))
      .withAll([
        ['src/1/file1', -1],
        ['new', 9],
      ]);
    const gone = paths.filter((path) => path === 'src/0/file0' || path.startsWith('src/3/'));
    expect([...after.values()]).toHaveLength(paths.length - gone.length + 1);
    for (const path of gone) expect(after.get(path)).toBeUndefined();
    const changes = [...before.changesTo(after)].toSorted();
    expect(changes).toEqual(
      [
        ...gone.map((path) => [path, before.get(path), undefined]),
        ['src/1/file1', 1, -1],
        ['new', undefined, 9],
      ].toSorted(),
    );
    expect([...before.changesTo(before)]).toEqual([]);
  });

  it('may have names that objects have of themselves', () => {
    const map = PathMap.from<number>([]).with('__proto__', 1).with('constructor', 2);
    expect(map.get('__proto__')).toBe(1);
    expect(map.get('toString')).toBeUndefined();
  });
});
