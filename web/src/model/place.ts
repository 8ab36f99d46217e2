/**
 * What of a workspace an address names: a file and a line of it, what a task has changed, or the
 * whole workspace as it was after an event. The address of a workspace alone names none.
 */
export type Place =
  | { kind: 'file'; path: string; line?: number }
  | { kind: 'task'; id: string }
  | { kind: 'moment'; seq: number };

/** `file/src/a.ts?line=3`, `task/t_1`, `at/42`; anything else names nothing. */
export function placeOf(text: string): Place | undefined {
  const [way = '', query = ''] = text.split('?', 2);
  const slash = way.indexOf('/');
  const [kind, name] = [way.slice(0, slash), decoded(way.slice(slash + 1))];
  if (slash < 0 || name === '') return undefined;
  switch (kind) {
    case 'file': {
      const line = wholeNumber(new URLSearchParams(query).get('line') ?? '');
      return { kind: 'file', path: name, ...(line === undefined ? {} : { line }) };
    }
    case 'task':
      return { kind: 'task', id: name };
    case 'at': {
      const seq = wholeNumber(name);
      return seq === undefined ? undefined : { kind: 'moment', seq };
    }
    default:
      return undefined;
  }
}

export function textOf(place: Place): string {
  switch (place.kind) {
    case 'file': {
      const path = place.path.split('/').map(encodeURIComponent).join('/');
      return `file/${path}${place.line === undefined ? '' : `?line=${place.line}`}`;
    }
    case 'task':
      return `task/${encodeURIComponent(place.id)}`;
    case 'moment':
      return `at/${place.seq}`;
  }
}

function wholeNumber(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** An address that nobody here has made ("%" without two digits) names nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
