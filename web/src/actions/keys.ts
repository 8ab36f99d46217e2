const MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** `Mod+S` → what the person's keyboard says. */
export function keyLabel(keys: string): string {
  if (!MAC) return keys.replace('Mod', 'Ctrl');
  return keys.replace('Mod+', '⌘').replace('Alt+', '⌥').replace('Shift+', '⇧');
}

/** What of a key event says which keys were pressed. */
export type Pressed = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'
>;

/** `keys` is modifiers and one key: `Mod+B`, `Mod+Shift+F`, `Mod+Alt+B`, `F1`. */
export function matchesKeys(keys: string, event: Pressed, mac = MAC): boolean {
  const parts = keys.split('+');
  const key = parts.pop()?.toLowerCase() ?? '';
  const mod = mac ? event.metaKey : event.ctrlKey;
  // With Alt the key says what it would type (∫ for B on a Mac): there the place of it counts.
  const same = event.key.toLowerCase() === key || event.code.toLowerCase() === `key${key}`;
  return (
    same &&
    mod === parts.includes('Mod') &&
    event.altKey === parts.includes('Alt') &&
    event.shiftKey === parts.includes('Shift')
  );
}
