import type { TreeEntry } from '../protocol/entities';
import type { FileEditData, KnownEvent } from '../protocol/events';
import type { WorkspaceState } from './state';

type Files = WorkspaceState['files'];
type LastEdits = WorkspaceState['lastEdits'];

export function filesFrom(entries: TreeEntry[]): Record<string, TreeEntry> {
  return Object.fromEntries(entries.map((entry) => [entry.path, entry]));
}

export function applyToFiles(files: Files, event: KnownEvent): Files {
  if (files === null || event.type !== 'file_edit') return files;
  const { data } = event;
  switch (data.op) {
    case 'create':
    case 'write':
      return { ...files, [data.path]: fileOf(data, event.seq) };
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
  return op === 'remove' || op === 'move' || files[path]?.kind !== 'file';
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

function withoutUnder(files: Record<string, TreeEntry>, path: string): Record<string, TreeEntry> {
  return Object.fromEntries(Object.entries(files).filter(([at]) => !isAtOrUnder(at, path)));
}

/** Moves a file, or a folder with what is in it. */
function moved(
  files: Record<string, TreeEntry>,
  from: string,
  data: FileEditData,
  version: number,
): Record<string, TreeEntry> {
  const after: Record<string, TreeEntry> = {};
  let found = false;
  for (const [at, entry] of Object.entries(files)) {
    if (!isAtOrUnder(at, from)) {
      after[at] = entry;
      continue;
    }
    found = true;
    const path = data.path + at.slice(from.length);
    after[path] = { ...entry, path, ...(entry.kind === 'file' ? { version } : {}) };
  }
  return found ? after : { ...after, [data.path]: fileOf(data, version) };
}

export function applyToLastEdits(edits: LastEdits, event: KnownEvent): LastEdits {
  if (event.type !== 'file_edit') return edits;
  const edit = { seq: event.seq, actor: event.actor, op: event.data.op, ts: event.ts };
  return { ...edits, [event.data.path]: edit };
}
