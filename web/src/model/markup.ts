export type Block =
  { kind: 'text'; text: string } | { kind: 'code'; language: string; text: string };

export type Span =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong'; text: string }
  | { kind: 'mention'; name: string }
  | { kind: 'task'; id: string };

const FENCE_OPEN = /^\s{0,3}(`{3,}|~{3,})\s*([\w+#.-]*)[^\n]*$/;

/**
 * Splits a message into prose and fenced code. An open fence runs to the end: it may still stream.
 */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let fence: { mark: string; language: string } | null = null;
  const flush = (): void => {
    const joined = lines.join('\n');
    lines = [];
    if (fence !== null) blocks.push({ kind: 'code', language: fence.language, text: joined });
    else if (joined.trim() !== '')
      blocks.push({ kind: 'text', text: joined.replace(/^\n+|\n+$/g, '') });
  };
  for (const line of text.split('\n')) {
    const open = FENCE_OPEN.exec(line);
    if (fence === null && open !== null) {
      flush();
      fence = { mark: open[1] ?? '```', language: open[2] ?? '' };
    } else if (
      fence !== null &&
      line.trim().startsWith(fence.mark) &&
      /^[`~]+$/.test(line.trim())
    ) {
      flush();
      fence = null;
    } else {
      lines.push(line);
    }
  }
  if (lines.length > 0 || fence !== null) flush();
  return blocks;
}

const SPAN = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|(?<![\w@])@([A-Za-z0-9][\w-]*)|\b(t_[a-z0-9]{20})\b/g;

export function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const match of text.matchAll(SPAN)) {
    if (match.index > at) spans.push({ kind: 'text', text: text.slice(at, match.index) });
    const [whole, code, strong, name, task] = match;
    if (code !== undefined) spans.push({ kind: 'code', text: code });
    else if (task !== undefined) spans.push({ kind: 'task', id: task });
    else if (strong !== undefined) spans.push({ kind: 'strong', text: strong });
    else spans.push({ kind: 'mention', name: name ?? '' });
    at = match.index + whole.length;
  }
  if (at < text.length) spans.push({ kind: 'text', text: text.slice(at) });
  return spans;
}

/** `src/a.ts:12` as a path and a line; null for what cannot be a path. */
export function filePlaceOf(text: string): { path: string; line?: number } | null {
  const match = /^([^\s:]+)(?::([1-9]\d{0,8}))?$/.exec(text);
  if (match === null) return null;
  const [, path = '', line] = match;
  return { path, ...(line === undefined ? {} : { line: Number(line) }) };
}

/**
 * A message on one line, as far as it helps to recognise it: its prose, or its code if there is no
 * prose.
 */
export function summaryOf(text: string): string {
  const known = summaries.get(text);
  if (known !== undefined) return known;
  if (summaries.size >= kSummariesMax) summaries.clear();
  const summary = summarise(text);
  summaries.set(text, summary);
  return summary;
}

/** Lists of tasks show the same prompts again and again. */
const summaries = new Map<string, string>();
const kSummariesMax = 500;

function summarise(text: string): string {
  const blocks = blocksOf(text);
  const prose = blocks.filter((block) => block.kind === 'text');
  const shown = prose.length > 0 ? prose : blocks;
  return shown
    .map((block) => block.text)
    .join(' ')
    .replace(/\s+/g, ' ')
    .slice(0, 300)
    .trim();
}
