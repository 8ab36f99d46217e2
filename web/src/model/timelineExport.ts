import type { WireEvent } from '../protocol/events';
import { describe, familyOf } from './describe';
import { shortName } from './format';

export type ExportFormat = 'jsonl' | 'md' | 'html';

/** What an export says of itself at its beginning. */
export interface ExportTitle {
  workspace: string;
  from: number;
  to: number;
  /** The filter in words, '' for none. */
  filter: string;
}

/** Writes a log page by page: what it returns, put together, is the file. Keeps no events. */
export interface ExportWriter {
  mime: string;
  begin(title: ExportTitle): string;
  page(events: WireEvent[]): string;
  end(): string;
}

export function exportWriter(format: ExportFormat): ExportWriter {
  switch (format) {
    case 'jsonl':
      return new JsonlWriter();
    case 'md':
      return new MarkdownWriter();
    case 'html':
      return new HtmlWriter();
  }
}

class JsonlWriter implements ExportWriter {
  readonly mime = 'application/jsonl';
  begin(): string {
    return '';
  }
  page(events: WireEvent[]): string {
    return events.map((event) => `${JSON.stringify(event)}\n`).join('');
  }
  end(): string {
    return '';
  }
}

/** Longer texts are cut in what people read; JSONL has them whole. */
const kTextMax = 20_000;

function cut(text: string): string {
  return text.length <= kTextMax
    ? text
    : `${text.slice(0, kTextMax)}\n… (${text.length} characters)`;
}

/** The text of an event that is worth a block of its own: what was said, changed, answered. */
function textOf(event: WireEvent): { text: string; kind: 'said' | 'code' } | undefined {
  const data = event.data as Record<string, unknown>;
  const said = event.type === 'agent_message' || event.type === 'bus_message' ? data['text'] : '';
  if (typeof said === 'string' && said !== '') return { text: cut(said), kind: 'said' };
  if (event.type === 'task_queued' && typeof data['prompt'] === 'string') {
    return { text: cut(data['prompt']), kind: 'said' };
  }
  if (event.type === 'file_edit') {
    const splice = data['splice'] as { at: number; remove: number; insert: string } | undefined;
    if (splice !== undefined) {
      const where = `at byte ${splice.at}, ${splice.remove} bytes replaced by:`;
      return { text: cut(`${where}\n${splice.insert}`), kind: 'code' };
    }
    return typeof data['text'] === 'string' ? { text: cut(data['text']), kind: 'code' } : undefined;
  }
  if (event.type !== 'tool_call') return undefined;
  const value = data['phase'] === 'started' ? data['input'] : data['output'];
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return { text: cut(text), kind: 'code' };
}

const timeOf = (ts: string): string => ts.replace('T', ' ').slice(0, 19);
const dayOf = (ts: string): string => ts.slice(0, 10);

function aboutOf({ from, to, filter }: ExportTitle): string {
  return `Events ${from} to ${to}${filter === '' ? '' : `, only ${filter}`}. Times are UTC.`;
}

class MarkdownWriter implements ExportWriter {
  readonly mime = 'text/markdown';
  private day = '';

  begin(title: ExportTitle): string {
    return `# ${inMarkdown(title.workspace)}\n\n${inMarkdown(aboutOf(title))}\n`;
  }

  page(events: WireEvent[]): string {
    return events.map((event) => this.event(event)).join('');
  }

  end(): string {
    return '';
  }

  private event(event: WireEvent): string {
    const day = dayOf(event.ts);
    const heading = day === this.day ? '' : `\n## ${day}\n`;
    this.day = day;
    const who = inMarkdown(shortName(event.actor));
    const line =
      `\n- \`${event.seq}\` ${timeOf(event.ts).slice(11)} **${who}**` +
      ` ${event.type} ${inMarkdown(describe(event))}\n`;
    const text = textOf(event);
    return heading + line + (text === undefined ? '' : block(text.text));
  }
}

/** What a line of Markdown would take for its own is written so that it is only read. */
function inMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~!]/g, '\\$&');
}

/** Fenced by more backquotes than stand in it, below its list item. */
function block(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const lines = text.split('\n').map((line) => `  ${line}`);
  return `\n  ${fence}text\n${lines.join('\n')}\n  ${fence}\n`;
}

/** One page that needs nothing else and runs nothing: it may be sent to anybody. */
class HtmlWriter implements ExportWriter {
  readonly mime = 'text/html';
  private day = '';

  begin(title: ExportTitle): string {
    const name = inHtml(title.workspace);
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${name}</title>
<style>${kStyle}</style>
</head>
<body>
<main>
<h1>${name}</h1>
<p class="about">${inHtml(aboutOf(title))}</p>
`;
  }

  page(events: WireEvent[]): string {
    return `<section>\n${events.map((event) => this.event(event)).join('')}</section>\n`;
  }

  end(): string {
    return '</main>\n</body>\n</html>\n';
  }

  private event(event: WireEvent): string {
    const day = dayOf(event.ts);
    const heading = day === this.day ? '' : `<h2>${inHtml(day)}</h2>\n`;
    this.day = day;
    const head =
      `<a href="#e${event.seq}">${event.seq}</a> <time>${inHtml(timeOf(event.ts).slice(11))}</time>` +
      ` <b>${inHtml(shortName(event.actor))}</b> <code>${inHtml(event.type)}</code>`;
    const family = inHtml(familyOf(event.type));
    const text = textOf(event);
    const body =
      text === undefined
        ? ` <span>${inHtml(describe(event))}</span>`
        : text.kind === 'said'
          ? `<p>${inHtml(text.text)}</p>`
          : ` <details><summary>${inHtml(describe(event))}</summary><pre>${inHtml(text.text)}</pre></details>`;
    return `${heading}<article id="e${event.seq}" class="${family}">${head}${body}</article>\n`;
  }
}

/** Text as HTML shows it, also within a quoted attribute. */
export function inHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (letter) =>
      ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[letter] ?? letter,
  );
}

// A browser lays out only the pages that are in sight, so a long log opens at once.
const kStyle = `
:root{color-scheme:light dark;font:14px/1.5 system-ui,sans-serif}
body{margin:0}main{max-width:860px;margin:0 auto;padding:24px 16px}
h1{font-size:20px}h2{font-size:15px;margin:24px 0 8px}.about{opacity:.75}
section{content-visibility:auto;contain-intrinsic-size:auto 2000px}
article{padding:4px 0 4px 10px;border-left:3px solid transparent;overflow-wrap:anywhere}
article:target{border-color:currentColor}
article a{color:inherit;opacity:.7;text-decoration:none;font-variant-numeric:tabular-nums}
time{opacity:.7;font-variant-numeric:tabular-nums}code{opacity:.8}
.messages p{margin:4px 0;white-space:pre-wrap}.tasks p{margin:4px 0;white-space:pre-wrap}
details{display:inline}summary{display:inline;cursor:pointer}
pre{margin:4px 0;padding:8px;overflow:auto;background:rgb(128 128 128/.12);border-radius:6px}
`;
