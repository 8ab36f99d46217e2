import { changesBetween, type TextChange } from './textChange';

/**
 * `mine` and `theirs`, both made of `base`, put together; null where both have changed the same
 * lines or lines right beside each other in different ways, which only a person can decide. A
 * change that both have made is there once.
 */
export function mergeTexts(base: string, mine: string, theirs: string): string | null {
  if (mine === theirs || theirs === base) return mine;
  if (mine === base) return theirs;
  const [ours, others] = [changesBetween(base, mine), changesBetween(base, theirs)];
  for (const a of ours) {
    const reach = wholeLines(base, a);
    for (const b of others) {
      if (isSame(a, b)) continue;
      const other = wholeLines(base, b);
      const apart = reach.to < other.from || other.to < reach.from;
      if (!apart) return null;
    }
  }
  const own = ours.filter((change) => !others.some((other) => isSame(change, other)));
  return [...own, ...others]
    .toSorted((a, b) => b.from - a.from)
    .reduce((text, { from, to, insert }) => text.slice(0, from) + insert + text.slice(to), base);
}

function isSame(a: TextChange, b: TextChange): boolean {
  return a.from === b.from && a.to === b.to && a.insert === b.insert;
}

function wholeLines(base: string, { from, to }: TextChange): { from: number; to: number } {
  const end = base.indexOf('\n', to);
  const start = from === 0 ? 0 : base.lastIndexOf('\n', from - 1) + 1;
  return { from: start, to: end < 0 ? base.length : end + 1 };
}
