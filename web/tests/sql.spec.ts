import { readFileSync } from 'node:fs';
import { expect, test } from './studio';

test('a person asks the databases, reads the plan, and takes the answer along', async ({
  page,
  studio,
}, info) => {
  await studio.rpc('files.create', { path: 'src/a.ts', text: 'export const one = 1;\n' });
  await studio.rpc('files.create', { path: 'b.md', text: '# b\n' });
  await studio.open(page);
  await page.getByTestId('dock-sql').click();
  await page.getByTestId('sql-examples').selectOption({ label: 'Which files are largest?' });
  const rows = page.getByLabel('Rows of the result');
  await expect(rows).toContainText('src/a.ts');
  await expect(page.getByTestId('sql-summary')).toContainText('2 rows');
  await expect(page.getByTestId('sql-database')).toHaveValue('workspace_idx');
  await page.screenshot({ path: `${info.outputDir}/sql.png` });

  const download = page.waitForEvent('download');
  await page.getByTestId('sql-csv').click();
  const csv = readFileSync(await (await download).path(), 'utf8');
  expect(csv).toMatch(/^path,size,modified_at,modified_by\r\nsrc\/a\.ts,22,/);

  await page.getByTestId('sql-plan').click();
  await expect(rows).toContainText(/SCAN files/);
  const input = page.getByTestId('sql-input');
  await input.fill('SELECT 1 AS one, NULL AS none');
  await input.press('ControlOrMeta+Enter');
  await expect(rows).toContainText('NULL');
  await page.getByTestId('sql-save').click();
  await input.fill('DELETE FROM files');
  await page.getByTestId('sql-run').click();
  await expect(page.getByRole('alert')).toBeVisible();

  // Saved queries outlive the page; a click on a table puts its name where the cursor is.
  await page.reload();
  await page.getByTestId('sql-examples').selectOption({ label: 'SELECT 1 AS one, NULL AS none' });
  await expect(rows).toContainText('NULL');
  await input.fill('SELECT count(*) FROM ');
  await page.getByRole('button', { name: 'languages', exact: true }).click();
  await expect(input).toHaveValue('SELECT count(*) FROM languages');
});

test('the activity is made higher with the keyboard, and stays so', async ({ page, studio }) => {
  await studio.open(page);
  const dock = page.getByRole('region', { name: 'Activity' });
  const before = (await dock.boundingBox())?.height ?? 0;
  await page.getByTestId('dock-edge').focus();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  const after = (await dock.boundingBox())?.height ?? 0;
  expect(after).toBeGreaterThan(before + 60);
  await page.reload();
  await expect(page.getByTestId('dock-edge')).toBeVisible();
  expect((await dock.boundingBox())?.height).toBe(after);
});
