/** What a line that begins with `/` can do, in place of a message. */
export type SlashName =
  | 'stop'
  | 'steer'
  | 'pause'
  | 'resume'
  | 'review'
  | 'undo'
  | 'compare'
  | 'all'
  | 'cost'
  | 'budget'
  | 'clear'
  | 'help';

export interface SlashCommand {
  name: SlashName;
  /** What follows it, as the list shows it. */
  takes: string;
  about: string;
  /** Whether pictures can go with it. */
  shows?: true;
}

export const kSlashCommands: readonly SlashCommand[] = [
  { name: 'stop', takes: '@agent…', about: 'cancel what they are doing; without a name everybody' },
  { name: 'steer', takes: '@agent text', about: 'say something to a task under way', shows: true },
  { name: 'pause', takes: '@agent…', about: 'let them stand still after the step under way' },
  { name: 'resume', takes: '@agent…', about: 'let paused tasks go on' },
  { name: 'review', takes: '@agent', about: 'see what the newest task changed, piece by piece' },
  { name: 'undo', takes: '@agent', about: 'take back what the newest task changed; asks first' },
  { name: 'compare', takes: '', about: 'put the newest answers of several side by side' },
  { name: 'all', takes: 'text', about: 'ask everybody', shows: true },
  { name: 'cost', takes: '', about: 'show what it costs' },
  {
    name: 'budget',
    takes: 'dollars @agent',
    about: 'set a limit, of the workspace without a name',
  },
  { name: 'clear', takes: '', about: 'throw this draft away' },
  { name: 'help', takes: '', about: 'show this list' },
];

export type Slash =
  | { kind: 'command'; command: SlashCommand; names: string[]; text: string }
  /** Looks like a command, and is none. */
  | { kind: 'unknown'; name: string };

const LINE = /^\/([A-Za-z]+)(?=\s|$)\s*([\s\S]*)$/;
const LEADING_NAME = /^@([A-Za-z0-9][\w-]*)[,;:]?(?:\s+|$)/;

/**
 * The command of a draft, with the names that follow it and what is said then; for `budget` the
 * names may come last. Null for what is a message: also `/src/a.ts` is.
 */
export function parseSlash(draft: string): Slash | null {
  const match = LINE.exec(draft);
  if (match === null) return null;
  const [, word = '', rest = ''] = match;
  const command = kSlashCommands.find(({ name }) => name === word.toLowerCase());
  if (command === undefined) return { kind: 'unknown', name: word };
  const names: string[] = [];
  let text = rest;
  // What everybody is to be told may begin with a name.
  if (command.name !== 'all') {
    for (let lead = LEADING_NAME.exec(text); lead !== null; lead = LEADING_NAME.exec(text)) {
      names.push((lead[1] ?? '').toLowerCase());
      text = text.slice(lead[0].length);
    }
  }
  if (command.name === 'budget') {
    text = text.replace(/(?:^|\s)@([A-Za-z0-9][\w-]*)/g, (_whole, name: string) => {
      names.push(name.toLowerCase());
      return '';
    });
  }
  return { kind: 'command', command, names, text: text.trim() };
}

/** The commands that begin as what is typed, while only the command itself is typed. */
export function slashOptions(draft: string, cursor: number): readonly SlashCommand[] {
  const typed = /^\/([a-z]*)$/i.exec(draft.slice(0, cursor))?.[1];
  if (typed === undefined || draft.length > cursor) return [];
  return kSlashCommands.filter(({ name }) => name.startsWith(typed.toLowerCase()));
}

/** Dollars, or null where it is no amount; "none" takes a limit away. */
export function budgetOf(text: string): number | 'none' | null {
  if (/^(none|off)$/i.test(text)) return 'none';
  const amount = /^\$?(\d+(?:\.\d+)?)$/.exec(text)?.[1];
  return amount === undefined ? null : Number(amount);
}
