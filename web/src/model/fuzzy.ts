/**
 * How well `query` fits `text` as a subsequence, or null when it does not. Higher is better: runs
 * of letters, starts of words and matches in the file name count most.
 */
export function fuzzyScore(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replaceAll(' ', '');
  if (wanted === '') return 0;
  const lower = text.toLowerCase();
  const nameStart = lower.lastIndexOf('/') + 1;
  const inName = scoreFrom(wanted, lower, nameStart);
  return inName === null ? scoreFrom(wanted, lower, 0) : inName + 20;
}

function scoreFrom(wanted: string, text: string, start: number): number | null {
  let score = 0;
  let at = start;
  let previous = -2;
  for (const letter of wanted) {
    const found = text.indexOf(letter, at);
    if (found < 0) return null;
    if (found === previous + 1) score += 5;
    if (found === start || /[\s/_.-]/.test(text[found - 1] ?? '/')) score += 4;
    score -= Math.min(3, found - at) * 0.5;
    previous = found;
    at = found + 1;
  }
  return score - text.length * 0.01;
}

/** The best matches first; equal ones keep their order. */
export function fuzzyFilter<Item>(
  items: Item[],
  query: string,
  textOf: (item: Item) => string,
  limit: number,
): Item[] {
  return items
    .flatMap((item) => {
      const score = fuzzyScore(query, textOf(item));
      return score === null ? [] : [{ item, score }];
    })
    .toSorted((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ item }) => item);
}
