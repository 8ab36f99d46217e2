// The index of a bundle, read as docs/formats/bundle.md describes it. The entries' contents are
// compressed and stay unread.

const kMagic = 'CODIBNDL';
const kTrailerBytes = 64;
const kChecksumBytes = 8;
export const kEvents = 1;

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  u8() {
    return this.bytes[this.at++];
  }

  /// Numbers in a bundle stay far below 2^53.
  varint() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8();
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  }

  text() {
    const bytes = this.varint();
    this.at += bytes;
    return this.bytes.toString('utf8', this.at - bytes, this.at);
  }

  entry() {
    const entry = { kind: this.u8(), workspace: this.text(), name: this.text() };
    entry.first = this.varint();
    entry.last = entry.first + this.varint();
    entry.stored = this.varint();
    entry.content = this.varint();
    this.at += kChecksumBytes;
    return entry;
  }
}

/// `{kind, epoch, number, node, nonce, entries}` of a whole bundle.
export function readIndex(bundle) {
  const trailer = bundle.subarray(-kTrailerBytes);
  if (trailer.toString('latin1', kTrailerBytes - kMagic.length) !== kMagic) {
    throw new Error('not a bundle: it does not end as one');
  }
  const offset = Number(trailer.readBigUInt64LE(0));
  const size = Number(trailer.readBigUInt64LE(8));
  const reader = new Reader(bundle.subarray(offset, offset + size));
  const index = { kind: reader.u8(), epoch: reader.varint(), number: reader.varint() };
  index.node = reader.text();
  index.nonce = reader.text();
  index.entries = Array.from({ length: reader.varint() }, () => reader.entry());
  return index;
}
