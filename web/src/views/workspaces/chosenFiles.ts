import { isImported, kImportFilesMax, type Chosen } from '../../model/importing';
import { kTarEnd, tarBytes, tarHeader, tarPadding } from '../../model/tar';

/** What is to be imported, and the bytes that are sent: they stay on the disk until then. */
export interface Import {
  chosen: Chosen;
  body: Blob;
}

interface Found {
  path: string;
  file: File;
}

export function archiveOf(file: File): Import {
  return { chosen: { kind: 'archive', name: file.name, bytes: file.size }, body: file };
}

/** A folder that was chosen in the browser's own dialog. */
export function folderOf(files: FileList): Import {
  return folderOfFound([...files].map((file) => ({ path: file.webkitRelativePath, file })));
}

/** What was dropped: one archive, or a folder or several files, of which one is made. */
export async function importOfDrop(transfer: DataTransfer): Promise<Import | undefined> {
  // Entries must be asked for before the first await: the list is empty afterwards.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const [first] = entries;
  if (first === undefined) return undefined;
  if (entries.length === 1 && isFile(first)) return archiveOf(await fileOf(first));
  const found: Found[] = [];
  for (const entry of entries) await collect(entry, found);
  return folderOfFound(found, first.name);
}

function folderOfFound(all: Found[], called?: string): Import {
  const found = all.filter(({ path }) => isImported(path));
  const files = found.map(({ path, file }) => ({ path, bytes: file.size }));
  const parts = found.flatMap(({ file }, index): BlobPart[] => [
    tarHeader(files[index]!),
    file,
    tarPadding(file.size),
  ]);
  const name = called ?? found[0]?.path.split('/')[0] ?? 'folder';
  const chosen: Chosen = { kind: 'folder', name, bytes: tarBytes(files), files: found.length };
  return { chosen, body: new Blob([...parts, kTarEnd]) };
}

async function collect(entry: FileSystemEntry, found: Found[]): Promise<void> {
  if (found.length > kImportFilesMax) return;
  if (isFile(entry)) {
    found.push({ path: entry.fullPath.replace(/^\/+/, ''), file: await fileOf(entry) });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const each of some) await collect(each, found);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
