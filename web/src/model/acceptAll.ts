import type { RefusedPlace } from '../protocol/entities';
import type { ReviewedFile } from './review';

/** Pieces of a file that are to be accepted, as the server wants them named. */
export interface FileChoice {
  path: string;
  version: number;
  hunks: string[];
}

const kNamed = 3;

/**
 * What is not accepted yet of all files, in as few calls as the limits of one allow. A file with
 * more pieces than one choice may hold is named several times.
 */
export function callsToAccept(
  files: readonly ReviewedFile[],
  max: { files: number; hunks: number },
): FileChoice[][] {
  const choices = files.flatMap(({ path, version, hunks }) => {
    const open = hunks.filter(({ accepted }) => !accepted).map(({ id }) => id);
    return cut(open, max.hunks).map((ids) => ({ path, version, hunks: ids }));
  });
  return cut(choices, max.files);
}

/** What to tell of files that were refused: which, and why the first one was. */
export function notAccepted(refused: readonly RefusedPlace[]): { text: string; hint: string } {
  const names = refused.map(({ path }) => path);
  const more = names.length - kNamed;
  const text =
    `Not accepted: ${names.slice(0, kNamed).join(', ')}` + (more > 0 ? ` and ${more} more` : '');
  return { text, hint: `${refused[0]?.why ?? ''}. Look at them again.` };
}

function cut<T>(all: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < all.length; at += size) parts.push(all.slice(at, at + size));
  return parts;
}
