import type { Source } from '../protocol/http';
import { nameOfChosen, problemOfChosen, type Chosen } from './importing';

/** An import is not named in a request but sent. */
export type SourceKind = Source['kind'] | 'import';

export interface SourceChoice {
  kind: SourceKind;
  title: string;
  text: string;
}

/** What a workspace can begin with; the server has each of them. */
export const kChoices: readonly SourceChoice[] = [
  { kind: 'empty', title: 'Empty', text: 'A tree without files' },
  { kind: 'git', title: 'Git repository', text: 'A clone, with its history' },
  { kind: 'path', title: 'Folder', text: 'A copy of a folder on the server' },
  { kind: 'template', title: 'Template', text: 'A small project to begin with' },
  { kind: 'import', title: 'Import', text: 'An archive or folder of this computer' },
  {
    kind: 'workspace',
    title: 'Another workspace',
    text: 'Its files and its whole log, to go on apart',
  },
];

export const kTemplates: readonly { name: string; text: string }[] = [
  { name: 'cpp', text: 'C++: a program with a test and CMake' },
  { name: 'web', text: 'Web: a page, its style and script' },
  { name: 'notes', text: 'Notes: one README' },
];

/** What a person has filled in. */
export interface Plan {
  kind: SourceKind;
  name: string;
  /** The address, folder, template or workspace, by kind: each keeps what was typed. */
  values: Partial<Record<Source['kind'], string>>;
  /** What is to be imported. */
  chosen?: Chosen;
}

export const kNoPlan: Plan = { kind: 'empty', name: '', values: { template: 'cpp' } };

const GIT = /^(https?|ssh|git|file):\/\/\S+$|^[\w.-]+@[\w.-]+:\S+$|^\/\S*$/;

/** What is wrong with the source as it is; nothing where it can be asked for. */
export function problemOfSource({ kind, values, chosen }: Plan): string | undefined {
  if (kind === 'import') return problemOfChosen(chosen);
  const value = (values[kind] ?? '').trim();
  switch (kind) {
    case 'empty':
      return undefined;
    case 'git':
      if (value === '') return 'Where is the repository?';
      return GIT.test(value)
        ? undefined
        : 'An address such as https://…, ssh://…, git@host:path or an absolute path.';
    case 'path':
      if (value === '') return 'Which folder?';
      return value.startsWith('/')
        ? undefined
        : 'An absolute path on the server: it begins with /.';
    case 'template':
      return value === '' ? 'Which template?' : undefined;
    case 'workspace':
      return value === '' ? 'Which workspace?' : undefined;
  }
}

export function sourceOf(kind: Source['kind'], values: Plan['values']): Source {
  const value = (values[kind] ?? '').trim();
  switch (kind) {
    case 'empty':
      return { kind };
    case 'git':
      return { kind, url: value };
    case 'path':
      return { kind, path: value };
    case 'template':
      return { kind, name: value };
    case 'workspace':
      return { kind, id: value };
  }
}

/** A name for what was chosen, where the person has given none: the last part of an address. */
export function suggestedName({ kind, values, chosen }: Plan): string {
  if (kind === 'import') return chosen === undefined ? '' : nameOfChosen(chosen);
  const value = (values[kind] ?? '').trim();
  if (kind === 'template') return `my ${value}`;
  if (kind !== 'git' && kind !== 'path') return '';
  const last = value.replace(/\/+$/, '').split(/[/:]/).at(-1) ?? '';
  return last.replace(/\.git$/, '').slice(0, 100);
}

/** The plan to import what was chosen: a name that was suggested for something else goes. */
export function withChosen(plan: Plan, chosen: Chosen): Plan {
  const name = plan.name.trim() === suggestedName(plan) ? '' : plan.name;
  return { ...plan, kind: 'import', chosen, name };
}

/** What is done meanwhile, in words. */
export function doing(kind: SourceKind): string {
  switch (kind) {
    case 'git':
      return 'Cloning the repository';
    case 'path':
      return 'Copying the folder';
    case 'workspace':
      return 'Copying the workspace';
    case 'import':
      return 'Unpacking';
    default:
      return 'Making the workspace';
  }
}
