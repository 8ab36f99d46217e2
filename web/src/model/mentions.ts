const FENCE = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^\1[^\n]*$|$(?![\s\S]))/gm;
const INLINE_CODE = /`[^`\n]*`/g;
const MENTION = /(?:^|[\s(,;:])@([A-Za-z0-9][\w.-]*)/g;

/**
 * The agents that a message addresses by `@name`: `["all"]` when `@all` is among them. A name in
 * code, or one that is no agent, addresses nobody.
 */
export function targetsOf(text: string, agents: string[]): string[] {
  const prose = text.replace(FENCE, ' ').replace(INLINE_CODE, ' ');
  const byLowerCase = new Map(agents.map((name) => [name.toLowerCase(), name]));
  const found = new Set<string>();
  for (const [, word = ''] of prose.matchAll(MENTION)) {
    const name = word.toLowerCase().replace(/[.-]+$/, '');
    if (name === 'all') return ['all'];
    const agent = byLowerCase.get(name);
    if (agent !== undefined) found.add(agent);
  }
  return [...found];
}

export interface MentionQuery {
  /** Where the `@` is. */
  from: number;
  query: string;
}

/** The mention being typed just before the cursor, if any. */
export function mentionAt(text: string, cursor: number): MentionQuery | null {
  const match = /(?:^|[\s(,;:])@([\w.-]*)$/.exec(text.slice(0, cursor));
  const query = match?.[1];
  return query === undefined ? null : { from: cursor - query.length - 1, query };
}

/** Puts the chosen name in place of the query; returns the text and where the cursor goes. */
export function completeMention(
  text: string,
  cursor: number,
  mention: MentionQuery,
  name: string,
): { text: string; cursor: number } {
  const rest = text.slice(cursor);
  const inserted = `@${name}${/^\s/.test(rest) ? '' : ' '}`;
  return {
    text: text.slice(0, mention.from) + inserted + rest,
    cursor: mention.from + inserted.length + (/^\s/.test(rest) ? 1 : 0),
  };
}
