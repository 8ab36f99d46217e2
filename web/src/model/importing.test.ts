import { expect, it } from 'vitest';
import {
  isImported,
  kImportBytesMax,
  leftOut,
  nameOfChosen,
  problemOfChosen,
  sizeOfChosen,
  type Chosen,
} from './importing';

const archive = (name: string, bytes = 10): Chosen => ({ kind: 'archive', name, bytes });
const folder = (files: number): Chosen => ({ kind: 'folder', name: 'words', bytes: 2048, files });

it.each<[string, Chosen | undefined, RegExp | undefined]>([
  ['nothing', undefined, /Which/],
  ['a zip', archive('words.zip'), undefined],
  ['a large tar.gz', archive('Words.TAR.GZ', kImportBytesMax), undefined],
  ['a tgz', archive('words.tgz'), undefined],
  ['a tar.zst', archive('words.tar.zst'), undefined],
  ['another kind', archive('words.rar'), /ends in/],
  ['no ending', archive('words'), /ends in/],
  ['an empty one', archive('words.zip', 0), /nothing/],
  ['one that is too large', archive('words.zip', kImportBytesMax + 1), /1\.0 GB are taken/],
  ['a folder', folder(2), undefined],
  ['an empty folder', folder(0), /nothing/],
  ['a folder of too many files', folder(200_001), /200001 files/],
])('%s', (_, chosen, problem) => {
  const said = problemOfChosen(chosen);
  if (problem === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(problem);
});

it.each([
  ['words.zip', 'words'],
  ['words-1.0.tar.gz', 'words-1.0'],
  ['words.tar.zst', 'words'],
  ['words', 'words'],
  [`${'w'.repeat(200)}.zip`, 'w'.repeat(100)],
])('%s is called %s', (name, called) => {
  expect(nameOfChosen(archive(name))).toBe(called);
});

it('says how large it is', () => {
  expect(sizeOfChosen(archive('a.zip', 1536))).toBe('1.5 KB');
  expect(sizeOfChosen(folder(1))).toBe('1 file, 2.0 KB');
  expect(sizeOfChosen(folder(3))).toBe('3 files, 2.0 KB');
});

it('leaves out what a file manager keeps for itself, and nothing else', () => {
  expect(['src/.DS_Store', 'Thumbs.db', 'a/desktop.ini'].some(isImported)).toBe(false);
  expect(['.env', 'DS_Store', 'src/.gitignore', 'my.DS_Store'].every(isImported)).toBe(true);
});

it('says what the server left out', () => {
  expect(leftOut(undefined)).toBeUndefined();
  expect(leftOut({ kind: 'import', files: 3 })).toBeUndefined();
  const left_out = [{ path: '.git/hooks/x', why: 'may make git run a program' }];
  expect(leftOut({ kind: 'import', left_out, left_out_count: 7 })).toEqual({
    count: 7,
    first: '.git/hooks/x may make git run a program.',
  });
});
