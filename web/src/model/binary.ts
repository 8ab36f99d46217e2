const kSignatures: [mime: string, offset: number, bytes: number[]][] = [
  ['image/png', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/gif', 0, [0x47, 0x49, 0x46, 0x38]],
  ['image/bmp', 0, [0x42, 0x4d]],
  ['image/x-icon', 0, [0x00, 0x00, 0x01, 0x00]],
  ['image/webp', 8, [0x57, 0x45, 0x42, 0x50]],
  ['image/avif', 4, [0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66]],
];

/** The kind of picture that the first bytes say it is; null for everything else. */
export function pictureType(bytes: Uint8Array): string | null {
  const found = kSignatures.find(([, offset, signature]) =>
    signature.every((byte, at) => bytes[offset + at] === byte),
  );
  return found?.[0] ?? null;
}

export interface HexRow {
  offset: string;
  hex: string;
  text: string;
}

const kRowBytes = 16;

/** The first `limit` bytes as a dump: offset, bytes, and what of them can be printed. */
export function hexRows(bytes: Uint8Array, limit: number): HexRow[] {
  const rows: HexRow[] = [];
  for (let at = 0; at < Math.min(bytes.length, limit); at += kRowBytes) {
    const row = [...bytes.subarray(at, Math.min(at + kRowBytes, limit))];
    rows.push({
      offset: at.toString(16).padStart(8, '0'),
      hex: row.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      text: row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·')).join(''),
    });
  }
  return rows;
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
