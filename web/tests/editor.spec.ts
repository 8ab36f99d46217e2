import { expect, openFile, test } from './studio';

interface Text {
  text: string;
  version: number;
}

test('create, type, save with Ctrl+S, rename, delete, undo', async ({ page, studio }) => {
  await studio.open(page);
  await page.getByTestId('new-file').click();
  await page.getByTestId('prompt-name').fill('notes/plan.md');
  await page.getByTestId('prompt-submit').click();
  const content = page.locator('.cm-content');
  await content.click();
  await page.keyboard.type('# Plan');
  await expect(page.getByTestId('unsaved')).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect(page.getByTestId('save')).toHaveText('Saved');
  expect((await studio.rpc<Text>('files.read', { path: 'notes/plan.md' })).text).toBe('# Plan');

  await page.getByLabel('Rename or move').click();
  await page.getByTestId('prompt-name').fill('notes/idea.md');
  await page.getByTestId('prompt-submit').click();
  await expect(page.getByTestId('tab-notes/idea.md')).toBeVisible();
  await expect(page.getByTestId('file-notes/idea.md')).toBeVisible();
  await expect(content).toContainText('# Plan');

  await page.getByLabel('Delete', { exact: true }).click();
  await expect(page.getByTestId('file-notes/idea.md')).toHaveCount(0);
  const toast = page.getByTestId('toast').filter({ hasText: 'Removed' });
  await toast.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByTestId('file-notes/idea.md')).toBeVisible();
  expect((await studio.rpc<Text>('files.read', { path: 'notes/idea.md' })).text).toBe('# Plan');
});

test.describe('somebody else writes while there are unsaved edits', () => {
  test.beforeEach(async ({ page, studio }) => {
    await studio.rpc('files.create', { path: 'a.txt', text: 'one\ntwo\n' });
    await studio.open(page);
    const content = await openFile(page, 'a.txt');
    await content.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('mine ');
    // Typing that has not reached the server yet is put on top of theirs, and nothing clashes.
    const shared = { path: 'a.txt', client: 'test', file_version: 0 };
    await expect
      .poll(async () => (await studio.rpc<Text>('documents.open', shared)).text)
      .toContain('mine ');
    const { version } = await studio.rpc<Text>('files.read', { path: 'a.txt' });
    const theirs = { path: 'a.txt', text: 'one\ntheirs\n', base_version: version };
    await studio.rpc('files.write', theirs);
    await expect(page.getByTestId('changed-by')).toBeVisible();
    await expect(content).toContainText('mine one');
  });

  test('keep mine replaces theirs knowingly', async ({ page, studio }) => {
    await page.getByTestId('keep-mine').click();
    await page.getByTestId('save').click();
    await expect(page.getByTestId('save')).toHaveText('Saved');
    expect((await studio.rpc<Text>('files.read', { path: 'a.txt' })).text).toBe('mine one\ntwo\n');
  });

  test('take theirs drops mine; undo brings it back', async ({ page }) => {
    await page.getByTestId('take-theirs').click();
    const content = page.locator('.cm-content');
    await expect(content).toContainText('theirs');
    await expect(content).not.toContainText('mine');
    await content.click();
    await page.keyboard.press('Control+z');
    await expect(content).toContainText('mine one');
  });

  test('compare shows both', async ({ page }) => {
    await page.getByTestId('compare').click();
    await expect(page.locator('.cm-deletedChunk').first()).toBeVisible();
    await page.getByRole('button', { name: 'Take theirs' }).last().click();
  });

  test('saving without deciding is refused, nothing is overwritten', async ({ page, studio }) => {
    await page.getByTestId('save').click();
    await expect(page.getByTestId('save-problem')).toContainText('Not saved');
    expect((await studio.rpc<Text>('files.read', { path: 'a.txt' })).text).toBe('one\ntheirs\n');
    await expect(page.locator('.cm-content')).toContainText('mine one');
  });
});

test('a clean document follows, keeping the cursor', async ({ page, studio }) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'one\ntwo\n' });
  await studio.open(page);
  const content = await openFile(page, 'a.txt');
  await content.click();
  await page.keyboard.press('Control+End');
  const { version } = await studio.rpc<Text>('files.read', { path: 'a.txt' });
  await studio.rpc('files.write', {
    path: 'a.txt',
    text: 'zero\none\ntwo\n',
    base_version: version,
  });
  await expect(content).toContainText('zero');
  await page.keyboard.type('end');
  await page.keyboard.press('Control+s');
  await expect(page.getByTestId('save')).toHaveText('Saved');
  const after = await studio.rpc<Text>('files.read', { path: 'a.txt' });
  expect(after.text).toBe('zero\none\ntwo\nend');
});

test('Windows line breaks survive a save', async ({ page, studio }) => {
  await studio.rpc('files.create', { path: 'dos.txt', text: 'one\r\ntwo\r\n' });
  await studio.open(page);
  const content = await openFile(page, 'dos.txt');
  await content.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('three');
  await page.keyboard.press('Control+s');
  await expect(page.getByTestId('save')).toHaveText('Saved');
  const { text } = await studio.rpc<Text>('files.read', { path: 'dos.txt' });
  expect(text).toBe('one\r\ntwo\r\nthree');
});

test('a write lock of another makes the file read-only until it is released', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'one\n' });
  await studio.open(page);
  await openFile(page, 'a.txt');
  const { token } = await studio.rpc<{ token: number }>('locks.acquire', {
    path: 'a.txt',
    mode: 'write',
    timeout_ms: 1000,
  });
  await expect(page.getByTestId('read-only')).toBeVisible();
  await expect(page.getByTestId('lock-a.txt')).toHaveAttribute('data-state', 'held');
  await studio.rpc('locks.release', { path: 'a.txt', token });
  await expect(page.getByTestId('read-only')).toHaveCount(0);
});

test('a file that comes while files are looked for is found', async ({ page, studio }) => {
  await studio.open(page);
  await page.keyboard.press('Control+p');
  await page.getByTestId('palette-input').fill('late');
  await expect(page.getByText('Nothing fits')).toBeVisible();
  await studio.rpc('files.create', { path: 'late.txt', text: 'one\n' });
  await expect(page.getByTestId('palette-item-late.txt')).toBeVisible();
});

test('lock for me, then unlock', async ({ page, studio }) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'one\n' });
  await studio.open(page);
  const content = await openFile(page, 'a.txt');
  await page.getByTestId('own-lock').click();
  await expect(page.getByTestId('own-lock')).toHaveAttribute('aria-pressed', 'true');
  await content.click();
  await page.keyboard.type('x');
  await page.keyboard.press('Control+s');
  await expect(page.getByTestId('save')).toHaveText('Saved');
  await page.getByTestId('own-lock').click();
  await expect(page.getByTestId('own-lock')).toHaveAttribute('aria-pressed', 'false');
  const { locks } = await studio.rpc<{ locks: unknown[] }>('locks.list', {});
  expect(locks).toEqual([]);
});

test('leaving with unsaved edits asks first', async ({ page, studio }) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'one\n' });
  await studio.open(page);
  const content = await openFile(page, 'a.txt');
  await content.click();
  await page.keyboard.type('x');
  await page.getByLabel('All workspaces').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(content).toContainText('x');
  await page.getByLabel('All workspaces').click();
  await page.getByTestId('confirm-submit').click();
  await expect(page.getByTestId('workspaces')).toBeVisible();
});
