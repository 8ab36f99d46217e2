const kBuckets = 512;

/**
 * Values by path, never changed: another value makes another map, which shares all but one bucket
 * of some paths with the one before. A project of 50,000 files is told of an edit in microseconds,
 * where a record of them would be copied for 30 ms.
 */
export class PathMap<Value> {
  private constructor(private readonly buckets: readonly ReadonlyMap<string, Value>[]) {}

  static from<Value>(entries: Iterable<readonly [string, Value]>): PathMap<Value> {
    const none: ReadonlyMap<string, Value> = new Map();
    return new PathMap(Array.from({ length: kBuckets }, () => none)).withAll(entries);
  }

  get(path: string): Value | undefined {
    return this.buckets[bucketOf(path)]?.get(path);
  }

  with(path: string, value: Value): PathMap<Value> {
    return this.withAll([[path, value]]);
  }

  withAll(entries: Iterable<readonly [string, Value]>): PathMap<Value> {
    const buckets = [...this.buckets];
    const copies = new Map<number, Map<string, Value>>();
    for (const [path, value] of entries) {
      const at = bucketOf(path);
      const copy = copies.get(at) ?? new Map(this.buckets[at]);
      copies.set(at, copy);
      buckets[at] = copy.set(path, value);
    }
    return new PathMap(buckets);
  }

  without(path: string): PathMap<Value> {
    const at = bucketOf(path);
    if (this.buckets[at]?.has(path) !== true) return this;
    const left = new Map(this.buckets[at]);
    left.delete(path);
    return new PathMap(this.buckets.with(at, left));
  }

  /** Those whose path `goes` says no of. */
  withoutAll(goes: (path: string) => boolean): PathMap<Value> {
    return new PathMap(
      this.buckets.map((bucket) => {
        const left = [...bucket].filter(([path]) => !goes(path));
        return left.length === bucket.size ? bucket : new Map(left);
      }),
    );
  }

  /** What another map has otherwise: path, the value here, the value there. */
  *changesTo(
    other: PathMap<Value>,
  ): Generator<[path: string, here: Value | undefined, there: Value | undefined]> {
    for (const [at, here] of this.buckets.entries()) {
      const there = other.buckets[at];
      if (there === undefined || here === there) continue;
      for (const [path, value] of here) {
        if (there.get(path) !== value) yield [path, value, there.get(path)];
      }
      for (const [path, value] of there) {
        if (!here.has(path)) yield [path, undefined, value];
      }
    }
  }

  *entries(): Generator<[string, Value]> {
    for (const bucket of this.buckets) yield* bucket;
  }

  *values(): Generator<Value> {
    for (const bucket of this.buckets) yield* bucket.values();
  }
}

/** FNV-1a over UTF-16 units. */
function bucketOf(path: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < path.length; at++) {
    hash = Math.imul(hash ^ path.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 8) % kBuckets;
}
