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
    await page.getByTestId('search-input').fill('quokka');
    await page.keyboard.press('Enter');
    await expect(results).toContainText('The quokka is real.', { timeout: 1_000 });
  }).toPass();
  await expect(results).toContainText('zoo/animals.md:1');
  await page.getByTestId('search-input').fill('nothing of the kind');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing was found.')).toBeVisible();
  await page.getByTestId('search-input').fill('quokka smiles');
  await page.keyboard.press('Enter');
  await results.getByRole('button').first().click();
  await expect(page.getByTestId('search-input')).toHaveCount(0);
  await expect(page.getByTestId('editor-path')).toContainText('zoo/animals.md');
});
