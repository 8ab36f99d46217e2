// Archives as other programs make them, and as hostile ones do.

import { gzipSync, deflateRawSync } from 'node:zlib';

const kBlock = 512;

/// One header of a tar (POSIX ustar). `entry` is {name, text?, mode?, type?, target?}; type is '0'
/// a file, '1' a hard link, '2' a symbolic link, '3' a device, '5' a folder, '6' a pipe.
function tarHeader({ name, text = '', mode = 0o644, type = '0', target = '' }) {
  const header = Buffer.alloc(kBlock);
  const octal = (value, at, length) =>
    header.write(value.toString(8).padStart(length - 1, '0') + '\0', at, 'latin1');
  header.write(name, 0, 100);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(type === '0' ? Buffer.byteLength(text) : 0, 124, 12);
  octal(0, 136, 12);
  header.fill(' ', 148, 156);
  header.write(type, 156);
  header.write(target, 157, 100);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(sum.toString(8).padStart(6, '0') + '\0 ', 148, 'latin1');
  return header;
}

export function tar(entries) {
  const parts = [];
  for (const entry of entries) {
    parts.push(tarHeader(entry));
    const content = Buffer.from(entry.text ?? '');
    parts.push(content, Buffer.alloc((kBlock - (content.length % kBlock)) % kBlock));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * kBlock)]);
}

export const tarGz = (entries) => gzipSync(tar(entries));

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/// A zip as Info-ZIP makes it on Unix: modes and links stand in the list at its end.
export function zip(entries) {
  const files = [];
  const list = [];
  let offset = 0;
  for (const { name, text = '', mode = 0o644, type = '0', target = '' } of entries) {
    const content = Buffer.from(type === '2' ? target : text);
    const packed = deflateRawSync(content);
    const path = Buffer.from(name);
    const common = Buffer.alloc(26); // from the version needed to the length of extra fields
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2); // names are UTF-8
    common.writeUInt16LE(8, 4); // deflated
    common.writeUInt16LE(0x21, 8); // the first of January 1980
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path, packed]);
    const attributes =
      (type === '2' ? 0o120777 : type === '5' ? 0o40000 | mode : 0o100000 | mode) >>> 0;
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((attributes << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const made = Buffer.from([0x1e, 3]); // by version 3.0, on Unix
    list.push(Buffer.from('PK\x01\x02', 'latin1'), made, common, rest, path);
    files.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, directory, end]);
}
