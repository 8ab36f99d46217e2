import { describe, expect, it } from 'vitest';
import { fromBase64, hexRows, pictureType } from './binary';

describe('what bytes are', () => {
  it.each([
    ['iVBORw0KGgo=', 'image/png'],
    ['/9j/4AAQ', 'image/jpeg'],
    ['R0lGODlhAQAB', 'image/gif'],
    ['UklGRgAAAABXRUJQ', 'image/webp'],
    ['f0VMRgIBAQ==', null],
    ['', null],
  ])('%s is %s', (base64, type) => {
    expect(pictureType(fromBase64(base64))).toBe(type);
  });

  it('is a dump of them, to the limit', () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, at) => at + 60);
    const rows = hexRows(bytes, 20);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toEqual({ offset: '00000010', hex: '4c 4d 4e 4f', text: 'LMNO' });
    expect(hexRows(new Uint8Array(), 20)).toEqual([]);
    expect(hexRows(Uint8Array.of(0, 10, 65, 200), 20)[0]?.text).toBe('··A·');
  });
});
