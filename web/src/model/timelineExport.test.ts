import { describe, expect, it } from 'vitest';
import { edited, events, queued, said, toolStarted } from './testing';
import { exportWriter, inHtml, type ExportFormat } from './timelineExport';

const kTitle = { workspace: 'A <b>demo</b> *', from: 1, to: 4, filter: '' };
const kNasty = '</pre><script>alert(1)</script> "\' & ```\n# not a heading';
const kEvents = events(0, [
  queued('t1'),
  said(kNasty),
  toolStarted('c1', { path: kNasty }),
  edited('write', `a${kNasty}`, { text: kNasty }),
]);

function written(format: ExportFormat, pages = [kEvents]): string {
  const writer = exportWriter(format);
  return writer.begin(kTitle) + pages.map((page) => writer.page(page)).join('') + writer.end();
}

describe('an export', () => {
  it('has every event as a line of JSON', () => {
    const lines = written('jsonl').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(kEvents);
    expect(written('jsonl', [])).toBe('');
  });

  it('as a page of HTML runs nothing and asks for nothing', () => {
    const html = written('html');
    expect(html).not.toMatch(/<script|<img|<link|<iframe|javascript:|\bon\w+=|src=|https?:/i);
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('A &lt;b&gt;demo&lt;/b&gt; *');
    for (const { seq } of kEvents) expect(html).toContain(`id="e${seq}"`);
    const opened = (tag: string): number => html.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0;
    for (const tag of ['article', 'section', 'details', 'pre', 'main', 'body']) {
      expect(html.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0, tag).toBe(opened(tag));
    }
  });

  it('as Markdown keeps what was said in fences that it cannot close', () => {
    const text = written('md');
    expect(text).toContain('# A \\<b\\>demo\\</b\\> \\*');
    expect(text).toContain('````text');
    expect(text).not.toMatch(/^# not a heading/m);
    expect(text).not.toMatch(/^<\/pre>/m);
  });

  it('is the same in one page or in many, but for where its sections end', () => {
    const many = kEvents.map((event) => [event]);
    expect(written('jsonl', many)).toBe(written('jsonl'));
    expect(written('md', many)).toBe(written('md'));
    const plain = (html: string): string => html.replace(/<\/?section>\n/g, '');
    expect(plain(written('html', many))).toBe(plain(written('html')));
  });

  it('cuts what nobody reads', () => {
    const long = events(0, [said('x'.repeat(100_000))]);
    expect(written('md', [long]).length).toBeLessThan(30_000);
    expect(written('jsonl', [long]).length).toBeGreaterThan(100_000);
  });

  it('escapes every letter that HTML knows', () => {
    expect(inHtml(`<a href="x" title='y'>&</a>`)).toBe(
      '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;',
    );
  });
});
