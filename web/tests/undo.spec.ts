import { expect, give, rehearsal, test } from './studio';

test('a person sees what a task changed and takes it back, around what others changed', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'story.txt', text: '1\n2\n3\n4\n5\n' });
  await studio.open(page);
  await page.getByTestId('dock-queue').click();
  const id = await give(
    studio,
    'claude',
    rehearsal('Change the first line.', [
      { tool: 'read_file', input: { path: 'story.txt' } },
      { tool: 'edit_file', input: { path: 'story.txt', old: '1\n', new: 'one\n' } },
      { tool: 'edit_file', input: { path: 'story.txt', old: '3\n', new: 'three\n' } },
      { tool: 'write_file', input: { path: 'made.txt', text: 'made\n' } },
      { say: 'Done.' },
    ]),
  );
  await expect(page.getByTestId(`task-${id}`)).toHaveAttribute('data-state', 'succeeded');
  const read = async () =>
    studio.rpc<{ text: string; version: number }>('files.read', { path: 'story.txt' });
  const { version } = await read();
  await studio.rpc('files.write', {
    path: 'story.txt',
    text: 'one\n2\nTHREE\n4\nfive\n',
    base_version: version,
  });

  await page.getByTestId(`task-${id}`).hover();
  await page.getByTestId(`undo-${id}`).click();
  const dialog = page.getByRole('dialog', { name: 'Undo this task' });
  await expect(dialog.getByRole('region', { name: 'made.txt' })).toContainText('The file goes.');
  await expect(dialog.getByRole('region', { name: 'story.txt' })).toContainText('one');
  await expect(dialog).toContainText('story.txt:3 stays');
  await dialog.getByRole('button', { name: 'Keep' }).click();
  await expect(dialog).toHaveCount(0);
  expect((await read()).text).toContain('one');

  await page.getByTestId(`undo-${id}`).click();
  await dialog.getByTestId('undo-confirm').click();
  await expect(dialog).toHaveCount(0);
  expect((await read()).text).toBe('1\n2\nTHREE\n4\nfive\n');
  await expect(studio.rpc('files.read', { path: 'made.txt' })).rejects.toThrow();
  await page.getByTestId(`undo-${id}`).click();
  // What others changed as well is all that is left.
  await expect(dialog).toContainText('story.txt:3 stays');
  await expect(dialog.getByTestId('undo-confirm')).toBeDisabled();
});
