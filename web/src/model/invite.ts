/** The link of an invitation. Its secret is in the fragment, which no server and no log sees. */
export function inviteLink(origin: string, secret: string): string {
  return `${origin}/#invite=${secret}`;
}

export function inviteOf(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('invite') || null;
}

/** What is wrong with a name that somebody chooses; the server has the last word. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'Choose a name.';
  if (name.length > 32) return 'At most 32 characters.';
  if (!/^[A-Za-z0-9]/.test(name)) return 'Begin with a letter or a digit.';
  if (!/^[A-Za-z0-9._-]*$/.test(name)) return 'Letters a to z, digits, dots, - and _ only.';
  return undefined;
}
