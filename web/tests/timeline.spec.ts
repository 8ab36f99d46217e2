import { readFileSync } from 'node:fs';
import { violations } from './axe';
import type { Page } from '@playwright/test';
import { look } from './look';
import { expect, give, rehearsal, test, type Studio } from './studio';

interface Event {
  seq: number;
  type: string;
  task?: string;
  data: { path?: string; op?: string };
}

/** What happened, in order: a person writes, an agent writes on, a person writes again. */
async function story(studio: Studio): Promise<Event[]> {
  const read = async () => studio.rpc<{ version: number }>('files.read', { path: 'src/story.txt' });
  await studio.rpc('files.create', { path: 'src/story.txt', text: 'one\n' });
  await studio.rpc('files.create', { path: 'gone.txt', text: 'gone\n' });
  const id = await give(
    studio,
    'claude',
    rehearsal('Write on.', [
      { tool: 'read_file', input: { path: 'src/story.txt' } },
      { tool: 'edit_file', input: { path: 'src/story.txt', old: 'one\n', new: 'one\ntwo\n' } },
      { say: 'It goes on.' },
    ]),
  );
  await expect
    .poll(async () => (await studio.rpc<{ state: string }>('tasks.get', { id })).state)
    .toBe('succeeded');
  await studio.rpc('files.remove', { path: 'gone.txt' });
  await studio.rpc('files.write', {
    path: 'src/story.txt',
    text: 'one\ntwo\nthree\n',
    base_version: (await read()).version,
  });
  return (await studio.rpc<{ events: Event[] }>('timeline.range', { from: 1, limit: 1000 })).events;
}

const editsOf = (events: Event[], path: string): Event[] =>
  events.filter(({ type, data }) => type === 'file_edit' && data.path === path);

/** Opens the moment after an event, as its link does. */
async function goTo(page: Page, studio: Studio, seq: number): Promise<void> {
  await page.goto(`/#/workspaces/${studio.id}/at/${seq}`);
  await expect(page.getByTestId('past-seq')).toContainText(`event ${seq} of`);
}

test('the workspace is seen as it was: files, locks, chat, agents, tasks', async ({
  page,
  studio,
}) => {
  const events = await story(studio);
  const [made, agents] = editsOf(events, 'src/story.txt');
  await studio.open(page);
  await page.keyboard.press('Control+Shift+H');
  await expect(page.getByTestId('timeline')).toBeVisible();
  await expect(page.getByTestId('past-file-gone.txt')).toHaveCount(0);
  await expect(page.getByTestId('past-chat')).toContainText('It goes on.');

  await goTo(page, studio, made!.seq);
  await expect(page.getByTestId('past-file-src/story.txt')).toBeVisible();
  await expect(page.getByTestId('past-file-gone.txt')).toHaveCount(0);
  await expect(page.getByTestId('past-chat')).not.toContainText('It goes on.');
  await expect(page.getByTestId('past-agent-claude')).toHaveText('idle');

  await goTo(page, studio, agents!.seq);
  await expect(page.getByTestId('past-file-gone.txt')).toBeVisible();
  await expect(page.getByTestId('past-agent-claude')).toHaveText('executing');
  await expect(page.getByTestId(`past-task-${agents!.task}`)).toContainText('running');
  await expect(page.getByTestId('past-lock-src/story.txt')).toContainText('claude');
  await expect(page.getByLabel('Locks, then')).toContainText('src/story.txt');
  await page.getByTestId('past-file-src/story.txt').click();
  const text = page.getByTestId('past-text').locator('.cm-content');
  await expect(text).toContainText('two');
  await expect(text).not.toContainText('three');
  await expect(text.locator('.cm-changedLine, .cm-insertedLine').first()).toContainText('two');
  await look(page, 'timeline-moment');
  await page.getByTestId('past-against').selectOption('now');
  await expect(text).toContainText('three');

  await page.getByTestId('past-leave').click();
  await expect(page.getByTestId('timeline')).toHaveCount(0);
  await expect(page.getByTestId('composer-input')).toBeVisible();
});

test('of a long conversation one sees the end, and what came before it on asking', async ({
  page,
  studio,
}) => {
  // What claude is told while it is busy stays in line.
  const busy = rehearsal('message number 1.', [{ pause_ms: 60_000 }, { say: 'Done.' }]);
  await studio.rpc('messages.send', { to: ['claude'], text: busy });
  for (let at = 2; at <= 150; ++at) {
    await studio.rpc('messages.send', { to: ['claude'], text: `message number ${at}.` });
  }
  await studio.open(page);
  const { events } = await studio.rpc<{ events: Event[] }>('timeline.range', {
    from: 1,
    limit: 1000,
  });
  await goTo(page, studio, events.at(-1)!.seq);
  const chat = page.getByTestId('past-chat');
  await expect(chat.getByTestId('message')).toHaveCount(120);
  await expect(chat).toContainText('number 150.');
  const earlier = chat.getByRole('button', { name: 'Show earlier' });
  const first = chat.getByText('message number 31.');
  await earlier.scrollIntoViewIfNeeded();
  const place = (await first.boundingBox())!.y;
  await earlier.click();
  await expect(chat.getByTestId('message')).toHaveCount(150);
  await expect(earlier).toHaveCount(0);
  // What was read stays where it was, but for the button's own height.
  expect(Math.abs((await first.boundingBox())!.y - place)).toBeLessThan(60);

  const early = events.find(({ type }) => type === 'agent_message')!;
  await goTo(page, studio, early.seq);
  await expect(chat.getByTestId('message')).toHaveCount(1);
  await expect(earlier).toHaveCount(0);
});

test('one scrubs with the keyboard and the mouse', async ({ page, studio }) => {
  const events = await story(studio);
  const head = events.at(-1)!.seq;
  await studio.open(page);
  await goTo(page, studio, head);
  const strip = page.getByTestId('strip');
  await strip.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(strip).toHaveAttribute('aria-valuenow', String(head - 1));
  await expect(strip).toHaveAttribute('aria-valuetext', new RegExp(`event ${head - 1} of`));
  await page.keyboard.press('ArrowRight');
  await expect(strip).toHaveAttribute('aria-valuenow', String(head));
  await page.keyboard.press('Home');
  await expect(strip).toHaveAttribute('aria-valuenow', '1');
  await page.keyboard.press('PageUp');
  await expect(strip).not.toHaveAttribute('aria-valuenow', '1');
  await page.keyboard.press('End');
  await expect(page.getByTestId('past-seq')).toContainText(`event ${head} of`);
  await expect(page).toHaveURL(new RegExp(`/at/${head}$`));
  const checkpoint = events.findLast(({ type }) => type === 'checkpoint')!;
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(strip).toHaveAttribute('aria-valuenow', String(checkpoint.seq));

  const box = (await strip.boundingBox())!;
  await page.mouse.move(box.x + box.width - 1, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x - 4, box.y + 20, { steps: 8 });
  await expect(strip).toHaveAttribute('aria-valuenow', '1');
  await page.mouse.up();
  await expect(page.getByTestId('past-seq')).toContainText('event 1 of');
});

test('one steps through what fits a filter', async ({ page, studio }) => {
  const events = await story(studio);
  await studio.open(page);
  await goTo(page, studio, 1);
  const strip = page.getByTestId('strip');
  const [first, second] = editsOf(events, 'src/story.txt');
  await page.getByTestId('past-filter-path').fill('src/story.txt');
  await page.getByTestId('past-filter-path').press('Enter');
  await page.getByTestId('past-filter-family').selectOption('files');
  await strip.focus();
  await page.keyboard.press('ArrowRight');
  await expect(strip).toHaveAttribute('aria-valuenow', String(first!.seq));
  await page.keyboard.press('ArrowRight');
  await expect(strip).toHaveAttribute('aria-valuenow', String(second!.seq));
  await page.getByTestId('past-filter-path').fill('');
  await page.getByTestId('past-filter-agent').selectOption('claude');
  await expect(page.getByLabel('Events around this moment')).not.toContainText('gone.txt');
});

test('it plays, leaves pauses out, and grows while one looks', async ({ page, studio }) => {
  const events = await story(studio);
  await studio.open(page);
  await goTo(page, studio, 1);
  await page.getByTestId('past-speed').selectOption('100');
  await page.getByTestId('past-play').click();
  await expect(page.getByTestId('past-seq')).toContainText(`event ${events.at(-1)!.seq} of`);
  await expect(page.getByTestId('past-play')).toHaveAttribute('aria-pressed', 'false');
  await expect(page.getByTestId('past-chat')).toContainText('It goes on.');
  await studio.rpc('files.create', { path: 'late.txt', text: 'late\n' });
  await expect(page.getByTestId('past-seq')).toContainText(`of ${events.at(-1)!.seq + 1}`);
  await expect(page.getByTestId('past-file-late.txt')).toHaveCount(0);
  await page.getByTestId('strip').focus();
  await page.keyboard.press('End');
  await expect(page.getByTestId('past-file-late.txt')).toBeVisible();
});

test('two moments are compared file by file', async ({ page, studio }) => {
  const events = await story(studio);
  const [made] = editsOf(events, 'src/story.txt');
  await studio.open(page);
  await goTo(page, studio, made!.seq);
  await page.getByTestId('past-mark-a').click();
  await page.getByTestId('strip').focus();
  await page.keyboard.press('End');
  await expect(page.getByTestId('past-seq')).toContainText(`event ${events.at(-1)!.seq} of`);
  await page.keyboard.press('b');
  const marks = page.getByTestId('past-marks');
  await expect(marks.getByRole('button', { name: /changed src\/story.txt/ })).toBeVisible();
  await expect(marks).not.toContainText('gone.txt');
  await page.getByTestId('past-mark-src/story.txt').click();
  const text = page.getByTestId('past-text').locator('.cm-content');
  await expect(text.locator('.cm-changedLine')).toHaveCount(2);
  await look(page, 'timeline-marks');
});

test('files are restored from a moment, and that is undone', async ({ page, studio }) => {
  const events = await story(studio);
  const gone = editsOf(events, 'gone.txt')[0]!;
  await studio.open(page);
  await goTo(page, studio, gone.seq);
  await page.getByTestId('past-restore').click();
  await expect(page.getByRole('dialog')).toContainText('2 files of the project');
  await page.getByTestId('confirm-submit').click();
  await expect(page.getByTestId('timeline')).toHaveCount(0);
  const textOf = async (path: string) =>
    (await studio.rpc<{ text: string }>('files.read', { path })).text;
  expect(await textOf('src/story.txt')).toBe('one\n');
  expect(await textOf('gone.txt')).toBe('gone\n');
  await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => textOf('src/story.txt')).toBe('one\ntwo\nthree\n');

  await goTo(page, studio, gone.seq);
  await page.getByTestId('past-file-src/story.txt').click();
  await page.getByTestId('past-restore-file').click();
  await page.getByTestId('confirm-submit').click();
  await expect.poll(() => textOf('src/story.txt')).toBe('one\n');
  await expect(studio.rpc('files.read', { path: 'gone.txt' })).rejects.toThrow();
});

test('a workspace is forked from a moment, and opens', async ({ page, studio, request }) => {
  const events = await story(studio);
  const gone = editsOf(events, 'gone.txt')[0]!;
  await studio.open(page);
  await goTo(page, studio, gone.seq);
  await page.getByTestId('past-fork').click();
  await page.getByTestId('prompt-name').fill('the fork');
  await page.getByTestId('prompt-submit').click();
  await expect(page.getByTestId('workspace-name')).toHaveText('the fork', { timeout: 30_000 });
  await expect(page.getByTestId('file-gone.txt')).toBeVisible();
  const id = /workspaces\/([^/]+)/.exec(page.url())?.[1] ?? '';
  expect(id).not.toBe(studio.id);
  await request.delete(`/workspaces/${id}`, {
    headers: { Authorization: `Bearer ${process.env['CODITECT_TOKEN']}` },
  });
});

test('the log is given away as a page that runs nothing, and as JSONL', async ({
  page,
  studio,
  context,
}) => {
  await studio.rpc('files.create', {
    path: 'x.txt',
    text: '<script>document.title="bad"</script>',
  });
  const events = await story(studio);
  await studio.open(page);
  await goTo(page, studio, 2);
  await page.getByRole('button', { name: 'Export…' }).click();
  const save = async (format: string): Promise<string> => {
    await page.getByTestId(`export-${format}`).click();
    const download = page.waitForEvent('download');
    await page.getByTestId('export-submit').click();
    return (await download).path();
  };
  const html = await save('html');
  await expect(page.getByTestId('export-dialog')).toHaveCount(0);
  const shared = await context.newPage();
  const asked: string[] = [];
  shared.on('request', (each) => asked.push(each.url()));
  await shared.setContent(readFileSync(html, 'utf8'));
  await expect(shared.getByText('It goes on.').first()).toBeVisible();
  expect(await shared.locator('article').count()).toBeGreaterThanOrEqual(events.length);
  expect(await shared.title()).toBe(studio.name);
  expect(asked).toEqual([]);
  await shared.close();

  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('Export the log');
  await page.keyboard.press('Enter');
  const lines = readFileSync(await save('jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(lines.slice(0, events.length).map((line) => JSON.parse(line))).toEqual(events);
});

test('a row of the log leads to its moment, and its link is copied', async ({
  page,
  studio,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await studio.rpc('files.create', { path: 'x.txt', text: 'x\n' });
  await studio.open(page);
  await page.getByTestId('dock-log').click();
  await page.getByTestId('event-2').hover();
  await page.getByTestId('event-go-2').click();
  await expect(page.getByTestId('past-seq')).toContainText('event 2 of');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Copied the link to what you see.')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(page.url());
  await page.goBack();
  await expect(page.getByTestId('timeline')).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the past, ${colorScheme}`, async ({ page, studio }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const events = await story(studio);
    await studio.open(page);
    await goTo(page, studio, editsOf(events, 'src/story.txt')[1]!.seq);
    await page.getByTestId('past-file-src/story.txt').click();
    await expect(page.getByTestId('past-text').locator('.cm-content')).toContainText('two');
    await page.getByTestId('past-mark-a').click();
    await page.getByTestId('strip').focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByTestId('past-mark-b').click();
    await expect(page.getByTestId('past-marks')).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await look(page, 'timeline-wide');
    await page.getByRole('button', { name: 'Export…' }).click();
    expect(await violations(page)).toEqual([]);
  });

  test(`at 360 px all of the past is reachable, ${colorScheme}`, async ({ page, studio }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: 360, height: 740 });
    const events = await story(studio);
    await studio.open(page);
    await goTo(page, studio, editsOf(events, 'src/story.txt')[1]!.seq);
    await page.getByTestId('past-mark-a').click();
    await page.getByTestId('strip').focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByTestId('past-mark-b').click();
    for (const pane of ['files', 'editor', 'chat', 'agents', 'activity']) {
      await page.getByTestId(`pane-${pane}`).click();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, pane).toBeLessThanOrEqual(360);
      await look(page, `timeline-narrow-${pane}`);
    }
    expect(await violations(page)).toEqual([]);
  });
}
