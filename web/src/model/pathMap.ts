const kBuckets = 512;

/**
 * Values by path, never changed: another value makes another map, which shares all but one bucket
 * of some paths with the one before. A project of 50,000 files is told of an edit in microseconds,
 * where a record of them would be copied for 30 ms.
 */
export class PathMap<Value> {
  private constructor(private readonly buckets: readonly ReadonlyMap<string, Value>[]) {}

  static from<Value>(entries: Iterable<readonly [string, Value]>): PathMap<Value> {
    const buckets = Array.from({ length: kBuckets }, () => new Map<string, Value>());
    for (const [path, value] of entries) buckets[bucketOf(path)]?.set(path, value);
    return new PathMap(buckets);
  }

  get(path: string): Value | undefined {
    return this.buckets[bucketOf(path)]?.get(path);
  }

  with(path: string, value: Value): PathMap<Value> {
    const at = bucketOf(path);
    return new PathMap(this.buckets.with(at, new Map(this.buckets[at]).set(path, value)));
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
