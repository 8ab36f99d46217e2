import { describe, expect, it } from 'vitest';
import { matchesKeys, type Pressed } from './keys';

function pressed(key: string, held: Partial<Pressed> = {}): Pressed {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  return { key, code: `Key${key.toUpperCase()}`, ...none, ...held };
}

describe('keys', () => {
  it.each<[string, Pressed, boolean]>([
    ['Mod+S', pressed('s', { ctrlKey: true }), true],
    ['Mod+S', pressed('s'), false],
    ['Mod+S', pressed('s', { ctrlKey: true, shiftKey: true }), false],
    ['Mod+Shift+F', pressed('F', { ctrlKey: true, shiftKey: true }), true],
    ['Mod+Alt+B', pressed('∫', { ctrlKey: true, altKey: true, code: 'KeyB' }), true],
    ['Mod+B', pressed('b', { ctrlKey: true, altKey: true }), false],
    ['F1', pressed('F1', { code: 'F1' }), true],
    ['F1', pressed('F1', { code: 'F1', ctrlKey: true }), false],
  ])('%s and %j: %s', (keys, event, expected) => {
    expect(matchesKeys(keys, event, false)).toBe(expected);
  });

  it('on a Mac the command key is Mod', () => {
    expect(matchesKeys('Mod+S', pressed('s', { metaKey: true }), true)).toBe(true);
    expect(matchesKeys('Mod+S', pressed('s', { ctrlKey: true }), true)).toBe(false);
  });
});
