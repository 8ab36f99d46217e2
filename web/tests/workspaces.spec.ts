import { expect, logIn, test } from './studio';

test('make a workspace, open it, put it to sleep, wake it', async ({ page }) => {
  await logIn(page);
  const name = `made ${Date.now()}`;
  await page.getByTestId('new-workspace').click();
  await page.getByTestId('provision-next').click();
  await page.getByTestId('provision-name').fill(name);
  await page.getByTestId('provision-submit').click();
  await expect(page.getByTestId('workspace-name')).toHaveText(name);

  await page.getByLabel('All workspaces').first().click();
  const row = page.getByTestId('workspaces').locator('li', { hasText: name });
  await row.getByLabel(`Put ${name} to sleep`).click();
  await expect(row).toContainText('Asleep');
  await row.getByLabel(`Wake ${name}`).click();
  await expect(row).toContainText('Ready');
});

test('deleting moves to the trash; undo brings it back', async ({ page, studio }) => {
  await logIn(page);
  const row = page.getByTestId(`workspace-${studio.id}`);
  await page.getByTestId(`trash-${studio.id}`).click();
  await expect(row).toHaveCount(0);
  await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
  await expect(row).toBeVisible();
});

test('a source that cannot be used is refused with a reason', async ({ page }) => {
  await logIn(page);
  await page.getByTestId('new-workspace').click();
  await page.getByTestId('source-path').click();
  await page.getByTestId('source-value').fill('/no/such/folder/anywhere');
  await page.getByTestId('provision-next').click();
  await expect(page.getByTestId('provision-name')).toHaveValue('anywhere');
  await page.getByTestId('provision-submit').click();
  await expect(page.getByTestId('provision-dialog').getByRole('alert')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('provision-dialog')).toHaveCount(0);
});

test('an unknown workspace says so', async ({ page }) => {
  await logIn(page);
  await page.goto('/#/workspaces/w_there_is_none');
  await expect(page.getByRole('button', { name: 'Back to the workspaces' })).toBeVisible();
});
