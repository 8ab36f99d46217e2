/** The layout of a tar (POSIX.1-2001, pax), for files whose bytes stay where they are. */

export interface TarFile {
  /** Relative, `/` between its parts. */
  path: string;
  bytes: number;
}

const kBlock = 512;
const kNameBytes = 100;
const encoder = new TextEncoder();

/** What stands after the last file. */
export const kTarEnd = new Uint8Array(2 * kBlock);

/** What stands before a file's bytes. A long path, or one that is no ASCII, has its own record. */
export function tarHeader({ path, bytes }: TarFile): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(path);
  const plain = name.length <= kNameBytes && name.length === path.length;
  if (plain) return block(name, bytes, '0');
  const record = paxRecord('path', path);
  const about = block(encoder.encode('pax'), record.length, 'x');
  // Readers that know nothing of pax take the end of the path.
  return joined([
    about,
    record,
    tarPadding(record.length),
    block(name.slice(-kNameBytes), bytes, '0'),
  ]);
}

/** What stands after a file's bytes, so that the next one begins a block. */
export function tarPadding(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((kBlock - (bytes % kBlock)) % kBlock);
}

/** How long a tar of these files is. */
export function tarBytes(files: readonly TarFile[]): number {
  const each = (file: TarFile): number =>
    tarHeader(file).length + file.bytes + tarPadding(file.bytes).length;
  return files.reduce((total, file) => total + each(file), kTarEnd.length);
}

function block(name: Uint8Array, bytes: number, type: string): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(kBlock);
  const put = (text: string, at: number): void => header.set(encoder.encode(text), at);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  header.set(name, 0);
  put(octal(0o644, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(bytes, 11), 124);
  put(octal(0, 11), 136);
  put(' '.repeat(8), 148);
  put(type, 156);
  put('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\u0000 `, 148);
  return header;
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function paxRecord(key: string, value: string): Uint8Array<ArrayBuffer> {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return joined([encoder.encode(`${length} ${key}=${value}\n`)]);
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
