/** Numbers and times as people read them. */

export function usd(amount: number): string {
  if (amount === 0) return '$0.00';
  if (amount < 0.0001) return '<$0.0001';
  const digits = amount < 0.1 ? 4 : 2;
  return `$${amount.toFixed(digits)}`;
}

export function count(value: number): string {
  if (value < 1_000) return String(value);
  if (value < 10_000) return `${(value / 1_000).toFixed(1)}k`;
  if (value < 1_000_000) return `${Math.round(value / 1_000)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

export function bytes(value: number): string {
  if (value < 1_024) return `${value} B`;
  if (value < 1_048_576) return `${(value / 1_024).toFixed(1)} KB`;
  if (value < 1_073_741_824) return `${(value / 1_048_576).toFixed(1)} MB`;
  return `${(value / 1_073_741_824).toFixed(1)} GB`;
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `just now`, `5 min ago`, `3 h ago`, then the date. */
export function ago(ts: string, nowMs: number): string {
  const elapsed = nowMs - Date.parse(ts);
  if (Number.isNaN(elapsed)) return '';
  if (elapsed < 60_000) return 'just now';
  if (elapsed < 3_600_000) return `${Math.floor(elapsed / 60_000)} min ago`;
  if (elapsed < 86_400_000) return `${Math.floor(elapsed / 3_600_000)} h ago`;
  return new Date(ts).toLocaleDateString('en', { month: 'short', day: 'numeric', year: 'numeric' });
}

/** The same for where there is little room: `now`, `5 min`, `3 h`, then the day. */
export function age(ts: string, nowMs: number): string {
  const words = ago(ts, nowMs);
  return words === 'just now' ? 'now' : words.replace(/ ago$|, \d+$/, '');
}

export function clock(ts: string): string {
  const date = new Date(ts);
  return Number.isNaN(date.getTime()) ? '' : date.toTimeString().slice(0, 8);
}

/** A budget's scope in words: `the workspace`, `each day (UTC)`, `agent claude`, `task t_1`. */
export function scopeName(scope: string): string {
  if (scope === 'workspace') return 'the workspace';
  if (scope === 'day') return 'each day (UTC)';
  return scope.replace(':', ' ');
}

/** `agent:claude` → `claude`. */
export function shortName(actor: string): string {
  const colon = actor.indexOf(':');
  return colon < 0 ? actor : actor.slice(colon + 1);
}

const ACTORS = /\b(agent|user):(?=\w)/g;

/** A text of the server's with its actors as people call them: `agent:claude` → `claude`. */
export function plainNames(text: string): string {
  return text.replaceAll(ACTORS, '');
}

const NAMED_TONES = new Set(['claude', 'gemini', 'codex', 'kimi']);
const SPARE_TONES = 4;

/** Which of the theme's colours stands for an actor; the same name always gets the same one. */
export function toneOf(actor: string): string {
  const name = shortName(actor);
  if (NAMED_TONES.has(name)) return name;
  if (actor.startsWith('user:')) return 'user';
  if (actor === 'system' || actor.startsWith('process:')) return 'system';
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return `spare-${sum % SPARE_TONES}`;
}
