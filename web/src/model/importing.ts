import { bytes } from './format';

/** An archive, or a folder that becomes one, as a person has chosen it; its bytes are elsewhere. */
export interface Chosen {
  kind: 'archive' | 'folder';
  name: string;
  /** As it is sent. */
  bytes: number;
  /** Of a folder. */
  files?: number;
}

/** How far the sending is. */
export interface Sending {
  sent: number;
  total: number;
}

/** What the server takes; it says so itself, but only once that much is sent. */
export const kImportBytesMax = 1024 ** 3;
export const kImportFilesMax = 200_000;

const ENDINGS = /\.(zip|tar|tar\.gz|tgz|tar\.zst)$/i;

export function problemOfChosen(chosen: Chosen | undefined): string | undefined {
  if (chosen === undefined) return 'Which archive or folder?';
  if (chosen.kind === 'archive' && !ENDINGS.test(chosen.name)) {
    return 'An archive ends in .zip, .tar, .tar.gz, .tgz or .tar.zst.';
  }
  if (chosen.bytes === 0 || chosen.files === 0) return 'There is nothing in it.';
  if (chosen.files !== undefined && chosen.files > kImportFilesMax) {
    return `It has ${chosen.files} files, and ${kImportFilesMax} are taken: leave out what can be made anew.`;
  }
  return chosen.bytes > kImportBytesMax
    ? `It has ${bytes(chosen.bytes)}, and ${bytes(kImportBytesMax)} are taken: leave out what can be made anew.`
    : undefined;
}

/** What to call a workspace that is made of it. */
export function nameOfChosen({ name }: Chosen): string {
  return name.replace(ENDINGS, '').slice(0, 100);
}

/** `12 files, 3.4 MB` */
export function sizeOfChosen({ bytes: size, files }: Chosen): string {
  if (files === undefined) return bytes(size);
  return `${files} ${files === 1 ? 'file' : 'files'}, ${bytes(size)}`;
}

/** Where a dropped folder's file belongs: what a browser adds for itself is not part of it. */
export function isImported(path: string): boolean {
  return !/(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/.test(path);
}

export interface LeftOut {
  count: number;
  first: string;
}

/** What the server left out of an archive, by its answer. */
export function leftOut(source: object | undefined): LeftOut | undefined {
  const { left_out, left_out_count } = (source ?? {}) as {
    left_out?: { path: string; why: string }[];
    left_out_count?: number;
  };
  const first = left_out?.[0];
  if (first === undefined) return undefined;
  return { count: left_out_count ?? 1, first: `${first.path} ${first.why}.` };
}
