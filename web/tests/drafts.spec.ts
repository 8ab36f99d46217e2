import type { Page } from '@playwright/test';
import { violations } from './axe';
import { look } from './look';
import { expect, openFile, test, token, type Studio } from './studio';

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

const firstLine = (page: Page) => page.locator('.document:not([hidden]) .cm-line').first();

/** Whatever this browser keeps of drafts, as somebody with its tools sees it. */
function keptDrafts(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        const asked = indexedDB.open('coditect');
        asked.onerror = () => reject(new Error('the drafts cannot be opened'));
        asked.onsuccess = () => {
          const { result: opened } = asked;
          const all = opened.transaction('drafts').objectStore('drafts').getAll();
          all.onsuccess = () => {
            resolve(all.result.map((draft: { text: string }) => draft.text));
            opened.close();
          };
        };
      }),
  );
}

async function inviteLink(page: Page, studio: Studio): Promise<string> {
  const made = await page.request.post('/invitations', {
    headers: { Authorization: `Bearer ${token()}` },
    data: { role: 'editor', workspace: studio.id },
  });
  return `/#invite=${((await made.json()) as { secret: string }).secret}`;
}

test('logging out names what is not saved, and leaves nothing of it in any page', async ({
  page,
  context,
  studio,
}) => {
  await typeAndLeave(page, studio);
  await comeBack(page, studio);
  await expect(firstLine(page)).toHaveText('MINE one');
  expect(await keptDrafts(page)).toEqual([`MINE ${kText}`]);
  const beside = await context.newPage();
  await studio.open(beside);

  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('log out');
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog');
  await expect(question).toContainText('This browser forgets what is not saved in a.txt.');
  expect(await violations(page)).toEqual([]);
  await look(page, 'drafts-log-out');
  await page.keyboard.press('Escape');
  // The other page's cursor stands there too.
  await expect(firstLine(page)).toContainText('MINE one');
  expect(await keptDrafts(page)).toEqual([`MINE ${kText}`]);

  await page.getByTestId('people-button').click();
  await page.getByTestId('log-out').click();
  await page.getByTestId('confirm-submit').click();
  await expect(page.getByTestId('login')).toBeVisible();
  await expect(beside.getByTestId('login')).toBeVisible();
  await expect.poll(() => keptDrafts(page)).toEqual([]);
  const answer = await page.request.get('/me');
  expect(answer.status()).toBe(401);
  await studio.open(page);
  await openFile(page, 'a.txt');
  await expect(firstLine(page)).toHaveText('one');
  await beside.close();
});

test('nobody finds what somebody else has typed in the same browser', async ({ page, studio }) => {
  await typeAndLeave(page, studio);
  // The owner's cookie is gone without a word, as when it has expired.
  await page.context().clearCookies();
  await page.goto(await inviteLink(page, studio));
  await page.getByTestId('join-name').fill(`dan-${Date.now().toString(36)}`);
  await page.getByTestId('join-submit').click();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-phase', 'connected');
  await openFile(page, 'a.txt');
  await expect(firstLine(page)).toHaveText('one');
  await expect(page.getByText('is back.')).toHaveCount(0);
  // Who was invited is told that there is no way back.
  await page.goto('/#/');
  await page.getByTestId('log-out').click();
  await expect(page.getByRole('dialog')).toContainText('to come back you need a new one');
  await page.getByTestId('confirm-submit').click();
  await expect(page.getByTestId('login')).toBeVisible();

  await studio.open(page);
  await openFile(page, 'a.txt');
  await expect(firstLine(page)).toHaveText('MINE one');
});
