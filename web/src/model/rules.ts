import type { ApprovalRule } from '../protocol/entities';

/** Every tool that a rule can be about, as agents call them. */
export const TOOLS = [
  'read_file',
  'list_files',
  'search',
  'write_file',
  'edit_file',
  'run_command',
  'git',
  'send_message',
  'read_messages',
  'delegate_task',
] as const;
export type ToolName = (typeof TOOLS)[number];

/** A rule while a person edits it: every part is a text, '' where it says nothing. */
export interface RuleDraft {
  key: number;
  tool: string;
  path: string;
  command: string;
  secret: string;
  decision: ApprovalRule['decision'];
}

export const PARTS = ['path', 'command', 'secret'] as const;
export type Part = (typeof PARTS)[number];

export function draftOf(rule: ApprovalRule, key: number): RuleDraft {
  const { tool = '', path = '', command = '', secret = '', decision } = rule;
  return { key, tool, path, command, secret, decision };
}

export function ruleOf(draft: RuleDraft): ApprovalRule {
  const rule: ApprovalRule = { decision: draft.decision };
  if (draft.tool !== '') rule.tool = draft.tool;
  for (const part of PARTS) {
    const text = draft[part].trim();
    if (text !== '') rule[part] = text;
  }
  return rule;
}

/** The list with the element at `from` moved by `step`; as it is where that leads out of it. */
export function moved<T>(list: T[], from: number, step: -1 | 1): T[] {
  const to = from + step;
  if (to < 0 || to >= list.length) return list;
  const copy = [...list];
  const [element] = copy.splice(from, 1);
  if (element !== undefined) copy.splice(to, 0, element);
  return copy;
}

/** A rule in a line: "allow run_command make test*". */
export function lineOf({ tool, path, command, secret, decision }: ApprovalRule): string {
  const named = secret === undefined ? undefined : `secret ${secret}`;
  return `${decision}: ${[tool, path, command, named].filter(Boolean).join(' ') || 'everything'}`;
}

/** The input of a call of `tool` about `text`, a path or a command, for a rule to be tried on. */
export function inputOf(tool: ToolName, text: string, secret: string): Record<string, unknown> {
  switch (tool) {
    case 'run_command':
      return { command: text, ...(secret === '' ? {} : { secrets: [secret] }) };
    case 'git':
      return { args: text.split(/\s+/).filter(Boolean) };
    case 'write_file':
      return { path: text, text: '' };
    case 'edit_file':
      return { path: text, old: 'old', new: 'new' };
    case 'read_file':
    case 'list_files':
      return { path: text };
    case 'search':
      return { query: text };
    case 'send_message':
      return { to: 'all', text };
    case 'read_messages':
      return {};
    case 'delegate_task':
      return { agent: 'auto', prompt: text };
  }
}

/** What the text of a trial is for this tool; '' where it has none. */
export function subjectOf(tool: ToolName): string {
  switch (tool) {
    case 'run_command':
      return 'Command';
    case 'git':
      return 'Arguments';
    case 'search':
      return 'Query';
    case 'send_message':
    case 'delegate_task':
      return 'Text';
    case 'read_messages':
      return '';
    default:
      return 'Path';
  }
}

/** Whether both lists say the same, whatever the order of their members. */
export function sameRules(one: ApprovalRule[], other: ApprovalRule[]): boolean {
  const plain = (rules: ApprovalRule[]): string =>
    JSON.stringify(rules.map((rule) => draftOf(rule, 0)));
  return plain(one) === plain(other);
}
