import type { TreeEntry } from '../protocol/entities';
import type { FileEditData, KnownEvent } from '../protocol/events';
import { PathMap } from './pathMap';
import type { WorkspaceState } from './state';

type Files = WorkspaceState['files'];
type LastEdits = WorkspaceState['lastEdits'];

export function filesFrom(entries: TreeEntry[]): PathMap<TreeEntry> {
  return PathMap.from(entries.map((entry) => [entry.path, entry] as const));
}

/** Of files alone, in order. */
export function filePathsOf(files: Files): string[] {
  return [...(files?.values() ?? [])]
    .flatMap(({ kind, path }) => (kind === 'file' ? [path] : []))
    .toSorted();
}

export function applyToFiles(files: Files, event: KnownEvent): Files {
  if (files === null || event.type !== 'file_edit') return files;
  const { data } = event;
  switch (data.op) {
    case 'create':
    case 'write':
      return files.with(data.path, fileOf(data, event.seq));
    case 'remove':
      return withoutUnder(files, data.path);
    case 'move':
      return data.from === undefined ? files : moved(files, data.from, data, event.seq);
  }
}

/** Whether paths come or go by the event, and not only a text is written. */
export function changesTree(files: Files, event: KnownEvent): boolean {
  if (files === null || event.type !== 'file_edit') return false;
  const { op, path } = event.data;
  return op === 'remove' || op === 'move' || files.get(path)?.kind !== 'file';
}

function fileOf(data: FileEditData, version: number): TreeEntry {
  return {
    path: data.path,
    kind: 'file',
    version,
    ...(data.size === undefined ? {} : { size: data.size }),
  };
}

function isAtOrUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function withoutUnder(files: PathMap<TreeEntry>, path: string): PathMap<TreeEntry> {
  if (files.get(path)?.kind === 'file') return files.without(path);
  return files.withoutAll((at) => isAtOrUnder(at, path));
}

/** Moves a file, or a folder with what is in it. */
function moved(
  files: PathMap<TreeEntry>,
  from: string,
  data: FileEditData,
  version: number,
): PathMap<TreeEntry> {
  const left = withoutUnder(files, from);
  const goes = [...files.changesTo(left)].flatMap(([at, entry]): [string, TreeEntry][] => {
    const path = data.path + at.slice(from.length);
    const written = entry?.kind === 'file' ? { version } : {};
    return entry === undefined ? [] : [[path, { ...entry, path, ...written }]];
  });
  if (goes.length === 0) goes.push([data.path, fileOf(data, version)]);
  // What is moved takes the place of what was there.
  return left.withAll(goes);
}

export function applyToLastEdits(edits: LastEdits, event: KnownEvent): LastEdits {
  if (event.type !== 'file_edit') return edits;
  const edit = { seq: event.seq, actor: event.actor, op: event.data.op, ts: event.ts };
  return edits.with(event.data.path, edit);
}
