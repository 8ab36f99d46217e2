import { expect, rehearsal, test } from './studio';

test('a person finds lines of files and what was said, by words', async ({ page, studio }) => {
  await studio.rpc('files.create', { path: 'zoo/animals.md', text: 'A quokka smiles.\n' });
  await studio.rpc('tasks.submit', {
    agent: 'kimi',
    prompt: rehearsal('Say it', [{ say: 'The quokka is real.' }]),
  });
  await studio.open(page);
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByTestId('palette-input').fill('search files and history');
  await page.keyboard.press('Enter');
  const results = page.getByTestId('search-results');
  await expect(async () => {
    await page.getByTestId('search-input').fill('');
    await page.getByTestId('search-input').fill('quokka');
    await expect(results).toContainText('The quokka is real.', { timeout: 1_000 });
  }).toPass();
  await expect(results).toContainText('zoo/animals.md');
  await page.getByTestId('search-input').fill('nothing of the kind');
  await expect(page.getByText('Nothing was found.')).toBeVisible();
  await page.getByTestId('search-input').fill('quokka smiles');
  await expect(page.getByTestId('found-l:zoo/animals.md:1')).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('search-input')).toHaveCount(0);
  await expect(page.getByTestId('editor-path')).toContainText('zoo/animals.md');
});

test('results come as one types, are walked with the keys and lead to the line', async ({
  page,
  studio,
}) => {
  const lines = Array.from({ length: 90 }, (_, at) => `line ${at + 1}`);
  lines[69] = 'the WOMBAT (1+1)';
  lines[79] = 'a wombat';
  await studio.rpc('files.create', { path: 'far.txt', text: lines.join('\n') });
  await studio.rpc('files.create', { path: 'near.txt', text: 'Wombat\n' });
  await studio.open(page);
  await page.keyboard.press('ControlOrMeta+Shift+f');
  const input = page.getByTestId('search-input');
  await input.pressSequentially('wombat');
  const results = page.getByTestId('search-results').locator('[data-testid^="found-"]');
  await expect(results).toHaveCount(3);
  await expect(results.locator('mark')).toHaveText(['WOMBAT', 'wombat', 'Wombat']);
  await page.getByRole('button', { name: 'Match case' }).click();
  await expect(results).toHaveCount(1);
  await page.getByRole('button', { name: 'Match case' }).click();
  await input.fill('wombat (1+1)');
  await expect(results).toHaveCount(1);
  await page.getByRole('button', { name: 'Regular expression' }).click();
  await expect(results).toHaveCount(0);
  await input.fill('wombat (');
  await expect(page.getByRole('alert')).toBeVisible();
  await input.fill('wom.at');
  await expect(results).toHaveCount(3);
  await page.getByRole('button', { name: 'Regular expression' }).click();
  await input.fill('wombat');
  await expect(results).toHaveCount(3);
  await input.press('ArrowDown');
  await input.press('Enter');
  await expect(page.locator('.cm-activeLine')).toHaveText('a wombat');
  await expect(page).toHaveURL(/far\.txt\?line=80$/);
});

test('a file is opened by a few letters of its name and a line', async ({ page, studio }) => {
  const text = Array.from({ length: 90 }, (_, at) => `line ${at + 1}`).join('\n');
  await studio.rpc('files.create', { path: 'deep/down/wanted.txt', text });
  await studio.rpc('files.create', { path: 'other.txt', text });
  await studio.open(page);
  await page.getByTestId('file-other.txt').click();
  await page.keyboard.press('ControlOrMeta+p');
  await page.getByTestId('palette-input').fill('want:77');
  await page.keyboard.press('Enter');
  await expect(page.locator('.cm-activeLine').filter({ visible: true })).toHaveText('line 77');
  await page.keyboard.press('ControlOrMeta+p');
  await expect(page.getByRole('option').first()).toContainText('wanted.txt');
});
