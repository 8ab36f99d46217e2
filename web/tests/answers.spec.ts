import { expect, rehearsal, test } from './studio';

test('a person compares what several agents have answered', async ({ page, studio }) => {
  await studio.open(page);
  await page.getByTestId('dock-queue').click();
  const { tasks } = await studio.rpc<{ tasks: { id: string }[] }>('tasks.submit', {
    agents: ['kimi', 'claude'],
    prompt: rehearsal('Why is it slow?', [{ say: 'Because of **the parser**.' }]),
  });
  const [first] = tasks;
  await expect(page.getByTestId(`task-${first?.id}`)).toHaveAttribute('data-state', 'succeeded');
  await page.getByTestId(`compare-${first?.id}`).focus();
  await page.keyboard.press('Enter');
  const answers = page.getByTestId('answers');
  await expect(answers).toContainText('Why is it slow?');
  for (const agent of ['claude', 'kimi']) {
    const answer = answers.getByRole('article', { name: agent });
    await expect(answer).toHaveAttribute('data-state', 'succeeded');
    await expect(answer).toContainText('Because of the parser.');
  }
  await page.keyboard.press('Escape');
  await expect(answers).toHaveCount(0);
});
