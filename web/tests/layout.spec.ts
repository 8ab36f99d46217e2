import { expect, test } from './studio';

test('panels are resized with the mouse and the keys, folded, and stay so after a reload', async ({
  page,
  studio,
}) => {
  await studio.open(page);
  const left = page.locator('.column[data-area="left"]');
  const width = async (): Promise<number> => (await left.boundingBox())?.width ?? 0;
  const before = await width();
  const edge = await page.getByTestId('edge-left').boundingBox();
  if (edge === null) throw new Error('no edge');
  await page.mouse.move(edge.x + 3, edge.y + 300);
  await page.mouse.down();
  await page.mouse.move(edge.x + 83, edge.y + 300, { steps: 4 });
  await page.mouse.up();
  expect(Math.abs((await width()) - before - 80)).toBeLessThanOrEqual(3);
  await page.getByTestId('edge-left').press('ArrowLeft');
  expect(Math.abs((await width()) - before - 40)).toBeLessThanOrEqual(3);
  const kept = await width();

  await page.getByTestId('division-agents-chat').press('ArrowDown');
  const agents = await page.locator('[data-slot="agents"]').boundingBox();
  await page.keyboard.press('ControlOrMeta+Alt+b');
  await expect(page.locator('.column[data-area="right"]')).toBeHidden();

  await page.reload();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-phase', 'connected');
  expect(await width()).toBe(kept);
  await expect(page.locator('.column[data-area="right"]')).toBeHidden();
  await page.keyboard.press('ControlOrMeta+Alt+b');
  expect((await page.locator('[data-slot="agents"]').boundingBox())?.height).toBe(agents?.height);

  await page.getByTestId('edge-left').press('Enter');
  expect(await width()).toBe(before);
});

test('a panel is moved by its menu, by the palette and by dragging', async ({ page, studio }) => {
  await studio.open(page);
  await page.getByTestId('move-chat').click();
  await page.getByRole('menuitem', { name: 'Move to the left side' }).click();
  await expect(page.locator('[data-area="left"] [data-slot="chat"]')).toBeVisible();

  await page.keyboard.press('ControlOrMeta+k');
  await page.getByTestId('palette-input').fill('move chat bottom');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('dock-chat')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('composer-input')).toBeVisible();

  await page.getByTestId('dock-terminal').hover();
  await page.mouse.down();
  await page.mouse.move(1_300, 500, { steps: 5 });
  await page.mouse.move(1_300, 800, { steps: 5 });
  await expect(page.getByTestId('drop-zones')).toBeVisible();
  await page.mouse.up();
  const right = page.locator('[data-area="right"]');
  await expect(right.locator('[data-slot="terminal"]')).toBeVisible();
  expect(
    await right.locator('[data-slot]').evaluateAll((all) => all.map((one) => one.dataset['slot'])),
  ).toEqual(['agents', 'terminal']);
  await expect(page.getByTestId('drop-zones')).toHaveCount(0);

  await page.keyboard.press('ControlOrMeta+k');
  await page.getByTestId('palette-input').fill('put every panel back');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-area="right"] [data-slot="chat"]')).toBeVisible();
});

test('each workspace has its own layout; a narrow screen has the usual one', async ({
  page,
  studio,
}) => {
  await studio.open(page);
  await page.getByTestId('move-files').click();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Move to the bottom' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('dock-files')).toBeVisible();
  await page.getByTestId('move-files').click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(page.getByTestId('move-files')).toBeFocused();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByTestId('pane-files').click();
  await expect(page.getByTestId('new-file')).toBeVisible();
});

test('high contrast is a theme, and what the system asks for is followed', async ({
  page,
  studio,
}) => {
  await page.emulateMedia({ contrast: 'more' });
  await studio.open(page);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'contrast');
  await page.emulateMedia({ contrast: 'no-preference', colorScheme: 'dark' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByTestId('palette-input').fill('high-contrast');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'contrast');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'contrast');
});
