const FENCE = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^\1[^\n]*$|$(?![\s\S]))/gm;
const INLINE_CODE = /`[^`\n]*`/g;
const MENTION = /(?:^|[\s(,;:])@([A-Za-z0-9][\w./:-]*)/g;
const LEADING_MENTION = /^\s*@[A-Za-z0-9][\w.-]*[,;:]?\s+/;

/** The agents of each role. */
export type Roles = Readonly<Record<string, readonly string[]>>;

export function rolesOf(agents: readonly { name: string; role?: string }[]): Roles {
  const roles: Record<string, string[]> = {};
  for (const { name, role } of agents) if (role !== undefined) (roles[role] ??= []).push(name);
  return roles;
}

/**
 * The agents that a message addresses by `@name` or `@role`: `["all"]` when `@all` is among them. A
 * name in code, or one that is neither, addresses nobody; nor does a path.
 */
export function targetsOf(text: string, agents: string[], roles: Roles = {}): string[] {
  const prose = text.replace(FENCE, ' ').replace(INLINE_CODE, ' ');
  const byLowerCase = new Map(agents.map((name) => [name.toLowerCase(), [name]]));
  const found = new Set<string>();
  for (const [, word = ''] of prose.matchAll(MENTION)) {
    const name = word.toLowerCase().replace(/[.:-]+$/, '');
    if (name === 'all') return ['all'];
    const meant = byLowerCase.get(name) ?? (Object.hasOwn(roles, name) ? roles[name] : undefined);
    for (const agent of meant ?? []) found.add(agent);
  }
  return [...found];
}

/**
 * The text without the names it starts with, which only say to whom it goes. All of it where more
 * names follow, since those may belong to the sentence, and where nothing else is said.
 */
export function withoutLeadingMentions(text: string, agents: string[], roles: Roles = {}): string {
  let rest = text;
  let lead = LEADING_MENTION.exec(rest);
  while (lead !== null && targetsOf(lead[0], agents, roles).length > 0) {
    rest = rest.slice(lead[0].length);
    lead = LEADING_MENTION.exec(rest);
  }
  return rest.trim() === '' || targetsOf(rest, agents, roles).length > 0 ? text : rest;
}

/** `@src/a.ts` of a file that there is as `src/a.ts` in code: what an agent can open. */
export function withPaths(text: string, isFile: (path: string) => boolean): string {
  const kept: string[] = [];
  // Code says what it says, with its signs.
  const open = text
    .replace(FENCE, (code) => `\u0000${kept.push(code) - 1}\u0000`)
    .replace(INLINE_CODE, (code) => `\u0000${kept.push(code) - 1}\u0000`)
    .replace(
      /(^|[\s(,;:])@([\w./-]+)(:\d+)?/g,
      (whole, before: string, name: string, line = '') => {
        const path = name.replace(/[.]+$/, '');
        if (!isFile(path)) return whole;
        return `${before}\`${path}${line}\`${name.slice(path.length)}`;
      },
    );
  return open.replace(/\u0000(\d+)\u0000/g, (_mark, index: string) => kept[Number(index)] ?? '');
}

export interface MentionQuery {
  /** Where the `@` is. */
  from: number;
  query: string;
}

/** The mention being typed just before the cursor, if any. */
export function mentionAt(text: string, cursor: number): MentionQuery | null {
  const match = /(?:^|[\s(,;:])@([\w./-]*)$/.exec(text.slice(0, cursor));
  const query = match?.[1];
  return query === undefined ? null : { from: cursor - query.length - 1, query };
}

/** Puts what was chosen in place of the query; returns the text and where the cursor goes. */
export function completeMention(
  text: string,
  cursor: number,
  mention: MentionQuery,
  chosen: string,
): { text: string; cursor: number } {
  const rest = text.slice(cursor);
  const inserted = `${chosen}${/^\s/.test(rest) ? '' : ' '}`;
  return {
    text: text.slice(0, mention.from) + inserted + rest,
    cursor: mention.from + inserted.length + (/^\s/.test(rest) ? 1 : 0),
  };
}
