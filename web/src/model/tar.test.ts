import { expect, it } from 'vitest';
import { kTarEnd, tarBytes, tarHeader, tarPadding, type TarFile } from './tar';

const decoder = new TextDecoder();

/** What a reader finds: it trusts the checksums and lengths only. */
function read(tar: Uint8Array): { path: string; text: string }[] {
  const found: { path: string; text: string }[] = [];
  let path: string | undefined;
  for (let at = 0; tar[at] !== 0;) {
    const header = tar.slice(at, at + 512);
    const field = (from: number, to: number): string =>
      decoder.decode(header.slice(from, to)).replace(/\0.*$/, '');
    const sum = parseInt(field(148, 156), 8);
    header.fill(32, 148, 156);
    expect(header.reduce((total, byte) => total + byte, 0)).toBe(sum);
    expect(field(257, 263)).toBe('ustar');
    const bytes = parseInt(field(124, 136), 8);
    const text = decoder.decode(tar.slice(at + 512, at + 512 + bytes));
    if (field(156, 157) === 'x') {
      const [length, rest] = [parseInt(text, 10), text.slice(text.indexOf(' ') + 1)];
      expect(length).toBe(bytes);
      path = rest.replace(/^path=/, '').replace(/\n$/, '');
    } else {
      found.push({ path: path ?? field(0, 100), text });
      path = undefined;
    }
    at += 512 + Math.ceil(bytes / 512) * 512;
  }
  return found;
}

function write(files: readonly (TarFile & { text: string })[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts = files.flatMap((file) => [
    tarHeader(file),
    encoder.encode(file.text),
    tarPadding(file.bytes),
  ]);
  return Uint8Array.from([...parts, kTarEnd].flatMap((part) => [...part]));
}

const file = (path: string, text: string) => ({
  path,
  text,
  bytes: new TextEncoder().encode(text).length,
});

it('holds what was put in, by its whole path', () => {
  const files = [
    file('words/README.md', '# words\n'),
    file('words/empty', ''),
    file('words/Grüße 😀.txt', 'größer'),
    file(`words/${'deep/'.repeat(40)}a.txt`, 'deep'),
    file('words/exactly', 'x'.repeat(512)),
    file(`words/${'n'.repeat(94)}`, 'a name of a hundred bytes'),
    file(`words/${'n'.repeat(95)}`, 'one of a hundred and one'),
    // Where the record's length has one digit more than what it counts.
    ...[80, 81, 82, 83, 84, 85, 86].map((n) => file(`ü${'p'.repeat(n)}`, String(n))),
  ];
  const tar = write(files);
  expect(read(tar)).toEqual(files.map(({ path, text }) => ({ path, text })));
  expect(tar.length).toBe(tarBytes(files));
  expect(tar.length % 512).toBe(0);
});

it('is never longer than its parts', () => {
  expect(tarBytes([])).toBe(1024);
  expect(tarPadding(0).length).toBe(0);
  expect(tarPadding(1).length).toBe(511);
  expect(tarPadding(512).length).toBe(0);
});
