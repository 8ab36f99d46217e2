import { readFileSync } from 'node:fs';
import { violations } from './axe';
import { kLook, look } from './look';
import { expect, test } from './studio';

test('a person asks the databases, reads the plan, and takes the answer along', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'src/a.ts', text: 'export const one = 1;\n' });
  await studio.rpc('files.create', { path: 'b.md', text: '# b\n' });
  await studio.open(page);
  await page.getByTestId('dock-sql').click();
  await page.getByTestId('sql-examples').selectOption({ label: 'Which files are largest?' });
  const rows = page.getByLabel('Rows of the result');
  await expect(rows).toContainText('src/a.ts');
  await expect(page.getByTestId('sql-summary')).toContainText('2 rows');
  await expect(page.getByTestId('sql-database')).toHaveValue('workspace_idx');
  await look(page, 'sql');

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
  await expect(input).toHaveText('SELECT count(*) FROM languages');
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

const kMany = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 100000)';
const kEndless =
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n';

test('a hundred thousand rows are sorted, walked and copied', async ({ page, studio, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await studio.open(page);
  await page.getByTestId('dock-sql').click();
  const input = page.getByTestId('sql-input');
  await input.fill(`${kMany} SELECT i, 'row ' || i AS name FROM n`);
  await input.press('ControlOrMeta+Enter');
  await expect(page.getByTestId('sql-summary')).toContainText('100,000 rows');
  const rows = page.getByLabel('Rows of the result');
  expect(await rows.locator('.sql-line').count()).toBeLessThan(200);
  const sort = page.getByRole('button', { name: /^Sort by i/ });
  await sort.click();
  await sort.click();
  await expect(sort).toHaveAccessibleName('Sort by i, descending');
  await expect(rows.locator('.sql-line').first()).toContainText('100000');
  await rows.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('sql-cell')).toContainText('row 99999');
  await page.keyboard.press('ControlOrMeta+c');
  await expect(page.getByText('The cell is copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('row 99999');
  await page.keyboard.press('End');
  await expect(page.getByTestId('sql-cell')).toContainText('row 1');
});

test('a query is stopped on the server', async ({ page, studio }) => {
  await studio.open(page);
  await page.getByTestId('dock-sql').click();
  const input = page.getByTestId('sql-input');
  await input.fill(kEndless);
  await input.press('ControlOrMeta+Enter');
  await page.getByTestId('sql-stop').click();
  // By itself it ends as an error, after ten seconds.
  await expect(page.getByTestId('sql-stopped')).toBeVisible();
});

test('tables and columns of the database are completed', async ({ page, studio }) => {
  await studio.open(page);
  await page.getByTestId('dock-sql').click();
  await page.getByTestId('sql-database').selectOption('workspace_idx');
  await expect(page.getByRole('button', { name: 'languages', exact: true })).toBeVisible();
  const input = page.getByTestId('sql-input');
  await input.fill('');
  await input.pressSequentially('SELECT * FROM lang');
  const option = page.getByRole('option', { name: /languages/ });
  await expect(option).toBeVisible();
  // A list that has just come takes no key yet: nobody can have read it.
  await page.waitForTimeout(250);
  await page.keyboard.press('Enter');
  await expect(input).toHaveText('SELECT * FROM languages');
  await input.pressSequentially(' WHERE languages.byt');
  await expect(page.getByRole('option', { name: /bytes/ })).toBeVisible();
});

for (const [colorScheme, width] of kLook) {
  test(`the SQL panel looks right, ${colorScheme} at ${width}`, async ({ page, studio }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 1000 });
    await studio.open(page);
    const pane = page.getByTestId('pane-activity');
    if (await pane.isVisible()) await pane.click();
    await page.getByTestId('dock-sql').click();
    await page.getByTestId('sql-examples').selectOption({ label: 'How often does what happen?' });
    await expect(page.getByTestId('sql-summary')).toBeVisible();
    await page.getByLabel('Rows of the result').focus();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByTestId('sql-cell')).toBeVisible();
    await look(page, `sql-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
  });
}
