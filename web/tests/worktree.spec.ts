import { look } from './look';
import { expect, give, rehearsal, test } from './studio';

test('a person gives an agent a copy of its own, looks at what it did there, and merges it', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'story.txt', text: '1\n2\n3\n' });
  await studio.open(page);
  await page.getByTestId('dock-queue').click();
  const id = await give(
    studio,
    'claude',
    rehearsal('Change the first line.', [
      { tool: 'edit_file', input: { path: 'story.txt', old: '1\n', new: 'one\n' } },
      { tool: 'write_file', input: { path: 'made.txt', text: 'made\n' } },
      { say: 'Done.' },
    ]),
    { worktree: 'keep' },
  );
  const row = page.getByTestId(`task-${id}`);
  await expect(row).toHaveAttribute('data-state', 'succeeded');
  await expect(row).toContainText('own copy');
  await expect(studio.rpc('files.read', { path: 'made.txt' })).rejects.toThrow();

  await row.hover();
  await page.getByTestId(`worktree-${id}`).click();
  const dialog = page.getByRole('dialog', { name: 'What it did in its own copy' });
  const diff = dialog.getByTestId('worktree-diff');
  await expect(diff.locator('[data-kind=removed]')).toHaveText('-1');
  await expect(diff).toContainText('+++ b/made.txt');
  await look(page, 'worktree');
  await dialog.getByTestId('worktree-merge').click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByTestId(`worktree-${id}`)).toHaveCount(0);
  const { text } = await studio.rpc<{ text: string }>('files.read', { path: 'story.txt' });
  expect(text).toBe('one\n2\n3\n');
});

test('the composer sends a task into a copy of its own, once', async ({ page, studio }) => {
  await studio.open(page);
  await page.getByTestId('dock-queue').click();
  const apart = page.getByTestId('composer-apart');
  await apart.click();
  await expect(apart).toHaveAttribute('aria-pressed', 'true');
  await page
    .getByTestId('composer-input')
    .fill(
      `@claude ${rehearsal('Write.', [
        { tool: 'write_file', input: { path: 'apart.txt', text: 'apart\n' } },
        { say: 'Done.' },
      ])}`,
    );
  await page.getByTestId('composer-send').click();
  const row = page.locator('.task');
  await expect(row).toContainText('own copy');
  await expect(row).toHaveAttribute('data-state', 'succeeded');
  await expect(apart).toHaveAttribute('aria-pressed', 'false');
  // It is merged at its end, and shows like any other change.
  await expect(page.getByRole('treeitem', { name: /apart\.txt/ })).toBeVisible();
});
