import type { Page } from '@playwright/test';
import { expect, openFile, test, type Studio } from './studio';

const kText = 'one\ntwo\nthree\nfour\nfive\n';

async function typeAndLeave(page: Page, studio: Studio): Promise<number> {
  const { version } = await studio.rpc<{ version: number }>('files.create', {
    path: 'a.txt',
    text: kText,
  });
  await studio.open(page);
  await openFile(page, 'a.txt');
  await page.locator('.cm-line').first().click();
  await page.keyboard.press('Home');
  await page.keyboard.type('MINE ');
  await expect(page.getByTestId('unsaved').first()).toBeVisible();
  await page.waitForTimeout(800);
  // As if the browser had crashed: nobody is asked.
  await page.goto('about:blank').catch(() => undefined);
  return version;
}

async function comeBack(page: Page, studio: Studio): Promise<void> {
  await page.goto(`/#/workspaces/${studio.id}/file/a.txt`);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-phase', 'connected');
}

test.beforeEach(({ page }) => {
  page.on('dialog', (dialog) => void dialog.accept());
});

test('what was typed and not saved is there again', async ({ page, studio }) => {
  await typeAndLeave(page, studio);
  await comeBack(page, studio);
  await expect(page.getByText('What you had typed in a.txt is back.')).toBeVisible();
  await expect(page.locator('.cm-line').first()).toHaveText('MINE one');
  await page.getByRole('button', { name: 'Give it up' }).click();
  await expect(page.locator('.cm-line').first()).toHaveText('one');
  await expect(page.getByTestId('save')).toHaveText('Saved');
  await page.locator('.cm-line').first().click();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(page.locator('.cm-line').first()).toHaveText('MINE one');
  await page.keyboard.press('ControlOrMeta+s');
  await expect(page.getByTestId('save')).toHaveText('Saved');
  expect((await studio.rpc<{ text: string }>('files.read', { path: 'a.txt' })).text).toBe(
    `MINE ${kText}`,
  );
  await page.waitForTimeout(800);
  await page.reload();
  await expect(page.locator('.cm-line').first()).toHaveText('MINE one');
  await expect(page.getByTestId('save')).toHaveText('Saved');
  await expect(page.getByText('is back.')).toHaveCount(0);
});

test('it is put together with what others wrote meanwhile', async ({ page, studio }) => {
  const version = await typeAndLeave(page, studio);
  const theirs = kText.replace('five', 'FIVE');
  await studio.rpc('files.write', { path: 'a.txt', text: theirs, base_version: version });
  await comeBack(page, studio);
  await expect(page.locator('.cm-content')).toContainText('MINE one');
  await expect(page.locator('.cm-content')).toContainText('FIVE');
  await page.locator('.cm-content').click();
  await page.keyboard.press('ControlOrMeta+s');
  await expect(page.getByTestId('save')).toHaveText('Saved');
  expect((await studio.rpc<{ text: string }>('files.read', { path: 'a.txt' })).text).toBe(
    `MINE ${theirs}`,
  );
});

test('where others wrote in the same line the person decides', async ({ page, studio }) => {
  const version = await typeAndLeave(page, studio);
  await studio.rpc('files.write', {
    path: 'a.txt',
    text: kText.replace('one', 'THEIRS'),
    base_version: version,
  });
  await comeBack(page, studio);
  await expect(page.locator('.cm-line').first()).toHaveText('MINE one');
  await expect(page.getByRole('button', { name: 'Keep mine' })).toBeVisible();
});

test('a file that was removed meanwhile takes nothing with it', async ({ page, studio }) => {
  await typeAndLeave(page, studio);
  await studio.rpc('files.remove', { path: 'a.txt' });
  await comeBack(page, studio);
  await expect(page.locator('.cm-line').first()).toHaveText('MINE one');
  await expect(page.getByTestId('removed-by')).toBeVisible();
});
