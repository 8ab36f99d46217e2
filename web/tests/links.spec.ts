import { expect, test } from './studio';

const kLines = Array.from({ length: 200 }, (_, at) => `export const v${at + 1} = ${at + 1};`);

test('a link leads to a file and a line; the address follows what is shown', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'src/a b.ts', text: kLines.join('\n') });
  await studio.rpc('files.create', { path: 'other.txt', text: 'other\n' });
  await studio.open(page);
  await page.getByTestId('file-other.txt').click();
  await expect(page).toHaveURL(/\/file\/other\.txt$/);

  await page.goto(`/#/workspaces/${studio.id}/file/src/a%20b.ts?line=150`);
  await expect(page.getByTestId('editor-path').filter({ visible: true })).toHaveText('src/a b.ts');
  await expect(page.locator('.cm-activeLine').filter({ visible: true })).toHaveText(
    'export const v150 = 150;',
  );
  await expect(page.getByText('export const v150 = 150;')).toBeInViewport();

  // A fresh page that begins at the link, with the files that were open.
  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await expect(page.getByText('export const v150 = 150;')).toBeInViewport();
  await expect(page.getByTestId('tab-other.txt')).toBeVisible();
  await page.getByTestId('tab-other.txt').click();
  await expect(page).toHaveURL(/\/file\/other\.txt$/);
});

test('the link to the line of the cursor is copied', async ({ page, context, studio }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await studio.rpc('files.create', { path: 'a.ts', text: kLines.join('\n') });
  await studio.open(page);
  await page.getByTestId('file-a.ts').click();
  await page.getByText('export const v7 = 7;').click();
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByTestId('palette-input').fill('copy the link');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Copied the link')).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(`#/workspaces/${studio.id}/file/a.ts?line=7`);
  await expect(page.locator('.cm-activeLine')).toHaveText('export const v7 = 7;');
});

test('a link to a file that is not there says so', async ({ page, studio }) => {
  await studio.open(page);
  await page.goto(`/#/workspaces/${studio.id}/file/gone.ts`);
  await expect(page.getByRole('alert')).toContainText('gone.ts');
});
