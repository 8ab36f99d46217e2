import { describe, expect, test } from 'vitest';
import { fitted, isTaken, kPictureBytesMax, kPictureSideMax, wordsWith } from './pictures';

describe('pictures', () => {
  test('are sent as they are within the limits of the server', () => {
    const most = { width: kPictureSideMax, height: kPictureSideMax };
    expect(isTaken('image/png', kPictureBytesMax, most)).toBe(true);
    expect(isTaken('image/jpeg', 1, { width: 1, height: 1 })).toBe(true);
    expect(isTaken('image/webp', 1, { width: 1, height: 1 })).toBe(false);
    expect(isTaken('image/png', kPictureBytesMax + 1, most)).toBe(false);
    expect(isTaken('image/png', 1, { width: 1, height: kPictureSideMax + 1 })).toBe(false);
  });

  test('are scaled down with their proportions, and never up', () => {
    expect(fitted({ width: 4000, height: 1000 })).toEqual({ width: 2000, height: 500 });
    expect(fitted({ width: 3, height: 6000 })).toEqual({ width: 1, height: 2000 });
    expect(fitted({ width: 640, height: 480 })).toEqual({ width: 640, height: 480 });
    expect(fitted({ width: 90_000, height: 2 })).toEqual({ width: 2000, height: 1 });
  });

  test('are a message without any words', () => {
    expect(wordsWith(1, ' @kimi, @claude ')).toBe('Look at this picture.');
    expect(wordsWith(3, '')).toBe('Look at these 3 pictures.');
    expect(wordsWith(2, '@kimi why?')).toBe('@kimi why?');
    expect(wordsWith(0, '@kimi')).toBe('@kimi');
  });
});
