const FENCE = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^\1[^\n]*$|$(?![\s\S]))/gm;
const INLINE_CODE = /`[^`\n]*`/g;
const MENTION = /(?:^|[\s(,;:])@([A-Za-z0-9][\w.-]*)/g;
const LEADING_MENTION = /^\s*@[A-Za-z0-9][\w.-]*[,;:]?\s+/;

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

/**
 * The text without the names it starts with, which only say to whom it goes. All of it where more
 * names follow, since those may belong to the sentence, and where nothing else is said.
 */
export function withoutLeadingMentions(text: string, agents: string[]): string {
  let rest = text;
  let lead = LEADING_MENTION.exec(rest);
  while (lead !== null && targetsOf(lead[0], agents).length > 0) {
    rest = rest.slice(lead[0].length);
    lead = LEADING_MENTION.exec(rest);
  }
  return rest.trim() === '' || targetsOf(rest, agents).length > 0 ? text : rest;
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
