import type { PresenceNotification } from '../protocol/notifications';
import type { Presence } from '../protocol/people';

/** One person as the studio shows them, however many pages they have open. */
export interface Present {
  name: string;
  actor: string;
  role: Presence['role'];
  /** Where they look; the last page that says so. */
  path?: string;
  you: boolean;
}

export function withPresence(here: Presence[], { params }: PresenceNotification): Presence[] {
  if ('people' in params) return params.people;
  const { person } = params;
  // Somebody whose coming was missed is told of again when anybody comes or goes.
  const known = here.some(({ connection }) => connection === person.connection);
  if (!known) return [...here, person];
  return here.map((other) => (other.connection === person.connection ? person : other));
}

/** Yourself first, then the others by name. */
export function presentPeople(here: Presence[], myActor: string): Present[] {
  const people = new Map<string, Present>();
  for (const { name, actor, role, path } of here) {
    const before = people.get(actor);
    const shown = path ?? before?.path;
    people.set(actor, {
      name,
      actor,
      role,
      you: actor === myActor,
      ...(shown === undefined ? {} : { path: shown }),
    });
  }
  return [...people.values()].toSorted(
    (a, b) => Number(b.you) - Number(a.you) || a.name.localeCompare(b.name),
  );
}

/** The others who look at a file, by path; each person once. */
export function lookersByPath(here: Presence[], myConnection: number): Record<string, string[]> {
  const lookers: Record<string, string[]> = {};
  for (const { connection, path, actor } of here) {
    if (connection === myConnection || path === undefined) continue;
    const known = (lookers[path] ??= []);
    if (!known.includes(actor)) known.push(actor);
  }
  return lookers;
}

/** `ann-lee` → `AL`, `owner` → `OW`. */
export function initialsOf(name: string): string {
  const [first = '', second = ''] = name.split(/[._-]+/).filter((part) => part !== '');
  const letters = second === '' ? first.slice(0, 2) : `${first[0]}${second[0]}`;
  return letters.toUpperCase();
}

const TONES = 4;

/** Which of the theme's colours stands for a person beside other people. */
export function personTone(actor: string): string {
  let sum = 0;
  for (const letter of actor) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return `spare-${sum % TONES}`;
}

/** The cursors of other pages in a file. */
export function peersIn(here: Presence[], path: string, myConnection: number): Cursor[] {
  return here.flatMap(({ connection, name, actor, path: at, anchor, head }) =>
    connection === myConnection || at !== path || head === undefined
      ? []
      : [{ connection, name, tone: personTone(actor), anchor: anchor ?? head, head }],
  );
}

export interface Cursor {
  connection: number;
  name: string;
  tone: string;
  anchor: number;
  head: number;
}
