import { violations } from './axe';
import { expect, logIn, openFile, rehearsal, test, type Studio } from './studio';

/** An agent that waits for a person. */
async function askForAnEdit(studio: Studio): Promise<void> {
  await studio.rpc('approvals.set_policy', { mode: 'ask' });
  const input = { path: 'src/a.ts', old: 'one', new: 'two' };
  const prompt = rehearsal('Edit.', [{ tool: 'edit_file', input }, { say: 'Done.' }]);
  await studio.rpc('tasks.submit', { agent: 'claude', prompt });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the ${colorScheme} theme`, async ({ page, studio }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto('/');
    await expect(page.getByTestId('login')).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await logIn(page);
    await expect(page.getByTestId(`workspace-${studio.id}`)).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.getByTestId('new-workspace').click();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await studio.rpc('files.create', { path: 'src/a.ts', text: 'export const one = 1;\n' });
    await studio.open(page);
    await openFile(page, 'src/a.ts');
    expect(await violations(page)).toEqual([]);
    await askForAnEdit(studio);
    await page.getByTestId('dock-approvals').click();
    await expect(page.getByRole('tabpanel').getByRole('article')).toHaveCount(1);
    expect(await violations(page)).toEqual([]);
    await page.getByTestId('dock-sql').click();
    await page.getByTestId('sql-run').click();
    await expect(page.getByTestId('sql-summary')).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.getByTestId('dock-terminal').click();
    await page.getByTestId('terminal-open').click();
    await expect(page.getByTestId(/^screen-/)).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Control+k');
    await expect(page.getByTestId('palette-input')).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
}

test('the theme is switched and remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await logIn(page);
  await page.getByTestId('theme-toggle').click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('the tree is walked with the keyboard', async ({ page, studio }) => {
  await studio.rpc('files.create', { path: 'src/deep/a.ts', text: '' });
  await studio.rpc('files.create', { path: 'z.ts', text: '' });
  await studio.open(page);
  await page.getByTestId('file-src').focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('file-src/deep')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('file-src/deep/a.ts')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('file-src/deep/a.ts')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('tab-src/deep/a.ts')).toBeVisible();
  await page.getByTestId('file-src/deep/a.ts').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('file-src/deep')).toBeFocused();
});

test('every command is in the palette', async ({ page, studio }) => {
  await studio.open(page);
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('event log');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('dock-log')).toHaveAttribute('aria-selected', 'true');
});

test('at 360 px every pane is reachable and nothing overflows', async ({ page, studio }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await studio.rpc('files.create', { path: 'a-rather-long-file-name-indeed.txt', text: 'x\n' });
  await studio.open(page);
  for (const pane of ['files', 'editor', 'chat', 'agents', 'activity']) {
    await page.getByTestId(`pane-${pane}`).click();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, pane).toBeLessThanOrEqual(360);
  }
  // The last tab is scrolled to among the tabs, and the page stays where it is.
  await page.getByTestId('dock-terminal').click();
  const tab = await page.getByTestId('dock-terminal').boundingBox();
  expect((tab?.x ?? 360) + (tab?.width ?? 0)).toBeLessThanOrEqual(360);
  const moved = () => document.documentElement.scrollLeft + document.body.scrollLeft;
  expect(await page.evaluate(moved)).toBe(0);
  await page.getByTestId('pane-files').click();
  await page.getByTestId('file-a-rather-long-file-name-indeed.txt').click();
  await expect(page.locator('.cm-content')).toBeVisible();
});
