import { look } from './look';
import { expect, give, rehearsal, test, type Studio } from './studio';
import { violations } from './axe';
import type { Page } from '@playwright/test';

const BEFORE = Array.from({ length: 40 }, (_, index) => `const v${index + 1} = ${index + 1};`);

/** A task of claude that changes two places of one file and makes another. */
async function worked(studio: Studio, more: object[] = [], text = 'Change it.'): Promise<string> {
  await studio.rpc('files.create', { path: 'src/story.ts', text: `${BEFORE.join('\n')}\n` });
  return give(
    studio,
    'claude',
    rehearsal(text, [
      { tool: 'read_file', input: { path: 'src/story.ts' } },
      edit('const v3 = 3;', 'const v3 = "three";\nconst extra = true;'),
      edit('const v30 = 30;', '// thirty'),
      { tool: 'write_file', input: { path: 'made.txt', text: 'made\nby claude\n' } },
      ...more,
      { say: 'Done.' },
    ]),
  );
}

const edit = (old: string, text: string) => ({
  tool: 'edit_file',
  input: { path: 'src/story.ts', old, new: text },
});

async function ended(studio: Studio, id: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { tasks } = await studio.rpc<{ tasks: { id: string; state: string }[] }>(
          'tasks.list',
          {},
        );
        return tasks.find((task) => task.id === id)?.state;
      },
      { timeout: 60_000 },
    )
    .toBe('succeeded');
}

const read = (studio: Studio, path = 'src/story.ts') =>
  studio.rpc<{ text: string; version: number }>('files.read', { path });

const hunks = (page: Page) => page.getByTestId('review').getByTestId('hunk');

test('a person goes through a task’s changes with the keyboard, accepts, rejects and undoes', async ({
  page,
  studio,
}) => {
  const id = await worked(studio);
  await ended(studio, id);
  await studio.open(page);
  await page.getByTestId('dock-queue').click();
  await page.getByTestId(`review-${id}`).click();
  const review = page.getByTestId('review');
  await expect(review.getByTestId('review-progress')).toContainText('2 files');
  await expect(review.getByTestId('review-progress')).toContainText('0 of 3 accepted');
  const story = review.getByRole('region', { name: 'src/story.ts' });
  await expect(story).toContainText('const v3 = "three";');
  // The lines around a change, and how many lie between two.
  await expect(story).toContainText('const v2 = 2;');
  await expect(story).toContainText('lines as before');
  await expect(story.locator('.tok-keyword').first()).toBeVisible();

  await page.keyboard.press('j');
  await expect(hunks(page).nth(0)).toHaveAttribute('aria-current', 'true');
  await page.keyboard.press('a');
  await expect(hunks(page).nth(0)).toHaveAttribute('data-accepted', 'true');
  await expect(hunks(page).nth(1)).toHaveAttribute('aria-current', 'true');
  await expect(review.getByTestId('review-progress')).toContainText('1 of 3 accepted');
  await page.keyboard.press('j');
  await page.keyboard.press('r');
  await expect(hunks(page)).toHaveCount(2);
  expect((await read(studio)).text).toContain('const v30 = 30;');
  expect((await read(studio)).text).toContain('const v3 = "three";');
  await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
  await expect(hunks(page)).toHaveCount(3);
  expect((await read(studio)).text).toContain('// thirty');

  const made = review.getByRole('region', { name: 'made.txt' });
  await made.getByTestId('file-reject').click();
  await expect(made).toHaveCount(0);
  await expect(studio.rpc('files.read', { path: 'made.txt' })).rejects.toThrow();
  await story.getByTestId('file-accept').click();
  await expect(review.getByTestId('review-progress')).toContainText('2 of 2 accepted');
  await review.getByTestId('reject-all').click();
  await page.getByTestId('confirm-submit').click();
  await expect(review).toContainText('Nothing that it changed is left');
  expect((await read(studio)).text).toBe(`${BEFORE.join('\n')}\n`);
  await review.getByRole('button', { name: 'Back to the editor' }).last().click();
  await expect(page).toHaveURL(new RegExp(`#/workspaces/${studio.id}$`));
});

test('comments stay over a reload and reach the agent as one message', async ({ page, studio }) => {
  const id = await worked(studio);
  await ended(studio, id);
  await studio.open(page);
  await page.goto(`/#/workspaces/${studio.id}/task/${id}`);
  const review = page.getByTestId('review');
  await expect(hunks(page)).toHaveCount(3);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('c');
  await page.getByTestId('comment-text').fill('Why a text?');
  await page.keyboard.press('Control+Enter');
  await expect(review.getByTestId('comment-draft')).toContainText('Why a text?');
  await review.getByRole('button', { name: 'Comment on added line 31' }).click();
  await page.getByTestId('comment-text').fill('Say what it was.');
  await page.getByTestId('comment-keep').click();
  await page.reload();
  await expect(review.getByTestId('comment-draft')).toHaveCount(2);
  await review.getByTestId('comments-send').click();
  await expect(review.getByTestId('comment-draft')).toHaveCount(0);

  const { messages } = await studio.rpc<{
    messages: { text: string; from: string; to: string[] }[];
  }>('messages.list', {});
  const sent = messages.filter(({ text }) => text.startsWith('Review of your changes'));
  expect(sent).toHaveLength(1);
  expect(sent[0]?.to).toEqual(['claude']);
  expect(sent[0]?.text).toContain(
    '`src/story.ts:3`\n```diff\n-const v3 = 3;\n+const v3 = "three";',
  );
  expect(sent[0]?.text).toContain('Why a text?');
  expect(sent[0]?.text).toContain('`src/story.ts:31`');
  expect(sent[0]?.text).toContain('Say what it was.');
});

test('a review follows the task while it works, and shows who changed the same place', async ({
  page,
  studio,
}) => {
  test.slow();
  const id = await worked(studio, [
    // Long enough for what is done here before, however slow the machine is.
    { pause_ms: 20_000 },
    { tool: 'read_file', input: { path: 'src/story.ts' } },
    edit('const v20 = 20;', 'const v20 = 2 * 10;'),
    { pause_ms: 30_000 },
  ]);
  await studio.open(page);
  await page.goto(`/#/workspaces/${studio.id}/task/${id}`);
  const review = page.getByTestId('review');
  await expect(hunks(page)).toHaveCount(3);
  await expect(review.getByTestId('reject-all')).toBeDisabled();
  const { text, version } = await read(studio);
  await studio.rpc('files.write', {
    path: 'src/story.ts',
    text: text.replace('// thirty', '// thirty, says owner'),
    base_version: version,
  });
  await expect(review.getByTestId('refused')).toContainText('src/story.ts:31 cannot be told apart');
  await expect(review.getByTestId('refused')).toContainText('user:');
  // What it does later shows without being asked for.
  await expect(review).toContainText('2 * 10', { timeout: 60_000 });

  await review.getByRole('button', { name: 'Comment on added line 21' }).click();
  await page.getByTestId('comment-text').fill('Write 20.');
  await page.getByTestId('comment-keep').click();
  await expect(page.getByTestId('comment-bar')).toContainText('while it works');
  await review.getByTestId('comments-send').click();
  await expect(page.getByTestId('comment-bar')).toHaveCount(0);
  const { tasks } = await studio.rpc<{ tasks: { id: string; steering?: { text: string }[] }[] }>(
    'tasks.list',
    {},
  );
  expect(tasks.find((task) => task.id === id)?.steering?.[0]?.text).toContain('Write 20.');
  await studio.rpc('tasks.cancel', { id });
});

test('a task that changed nothing says so, and the palette finds the newest review', async ({
  page,
  studio,
}) => {
  const id = await give(studio, 'claude', rehearsal('Look only.', [{ say: 'Seen.' }]));
  await ended(studio, id);
  await studio.open(page);
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('review claude');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('review')).toContainText('Nothing that it changed is left');
  await page.goto(`/#/workspaces/${studio.id}/task/t_nobody`);
  await expect(page.getByTestId('review').getByRole('alert')).toContainText('there is no task');
});

test('five hundred files stay usable: what is near is drawn, and one call accepts them', async ({
  page,
  studio,
}) => {
  test.setTimeout(180_000);
  const command = 'mkdir many && for i in $(seq 100 599); do seq 20 > many/f$i.txt; done';
  const id = await give(
    studio,
    'claude',
    rehearsal('Make many.', [{ tool: 'run_command', input: { command } }, { say: 'Done.' }]),
  );
  await ended(studio, id);
  const calls: string[] = [];
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => calls.push(payload.toString()));
  });
  await studio.open(page);
  await page.goto(`/#/workspaces/${studio.id}/task/${id}`);
  const review = page.getByTestId('review');
  await expect(review.getByTestId('review-progress')).toContainText('500 files +10000', {
    timeout: 60_000,
  });
  expect(await page.locator('.rv-line').count()).toBeLessThan(2_000);
  await page.getByTestId('review-file-many/f480.txt').click();
  const chosen = review.getByRole('region', { name: 'many/f480.txt' });
  await expect(chosen.locator('.rv-line')).toHaveCount(20);
  await page.keyboard.press('k');
  const before = review.getByRole('region', { name: 'many/f479.txt' });
  await expect(before.getByTestId('hunk')).toHaveAttribute('aria-current', 'true');
  expect(await page.locator('.rv-line').count()).toBeLessThan(3_000);

  await review.getByTestId('accept-all').click();
  await expect(review.getByTestId('review-progress')).toContainText('500 of 500 accepted', {
    timeout: 60_000,
  });
  expect(calls.filter((call) => call.includes('"tasks.accept'))).toHaveLength(1);
  await review.getByTestId('reject-all').click();
  await page.getByTestId('confirm-submit').click();
  await expect(review).toContainText('Nothing that it changed is left', { timeout: 60_000 });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the review is readable at both widths, ${colorScheme}`, async ({ page, studio }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const id = await worked(studio);
    await ended(studio, id);
    await studio.open(page);
    await page.goto(`/#/workspaces/${studio.id}/task/${id}`);
    await expect(hunks(page)).toHaveCount(3);
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await page.getByRole('button', { name: 'Comment on added line 4' }).click();
    await page.getByTestId('comment-text').fill('Is this used anywhere?');
    expect(await violations(page)).toEqual([]);
    await page.getByTestId('comment-keep').click();
    await look(page, `review-unified-${colorScheme}`);
    await page.getByTestId('review-split').click();
    await expect(page.locator('.rv-pair').first()).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await look(page, `review-split-${colorScheme}`);
    await page.getByTestId('review-split').click();
    await page.setViewportSize({ width: 360, height: 740 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(360);
    await look(page, `review-narrow-${colorScheme}`);
  });
}
