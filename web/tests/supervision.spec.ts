import { expect, give, rehearsal, test } from './studio';

test('a person pauses a task, says something to it, and lets it go on', async ({
  page,
  studio,
}) => {
  await studio.open(page);
  await page.getByTestId('dock-queue').click();
  const id = await give(
    studio,
    'claude',
    rehearsal('Look around.', [
      { pause_ms: 2500 },
      { tool: 'list_files', input: {} },
      { say: 'As planned.' },
    ]),
  );
  const row = page.getByTestId(`task-${id}`);
  await expect(row).toHaveAttribute('data-state', 'running');

  // With the keyboard alone.
  await row.getByTestId(`pause-${id}`).focus();
  await page.keyboard.press('Enter');
  await expect(row).toContainText('stands still after this step');
  await expect(row).toHaveAttribute('data-state', 'paused');
  await expect(page.getByTestId('agent-claude')).toContainText('paused');

  await row.getByTestId(`steer-${id}`).click();
  await page.getByTestId('say-submit').click();
  await expect(page.getByTestId('say-dialog')).toContainText('Write what it should know.');
  await page.getByTestId('say-text').fill('Mind the tests.');
  await page.keyboard.press('Enter');
  await expect(row).toContainText('1 not heard yet');
  await expect(page.getByTestId('chat')).toContainText('Mind the tests.');
  await page.reload();
  await expect(row).toHaveAttribute('data-state', 'paused');
  await expect(row).toContainText('1 not heard yet');

  await row.getByTestId(`resume-${id}`).click();
  await expect(row).toHaveAttribute('data-state', 'succeeded');
  await expect(row).not.toContainText('not heard yet');
  await expect(row.getByTestId(`pause-${id}`)).toHaveCount(0);
  const { events } = await studio.rpc<{ events: { data: { heeds?: string[] } }[] }>(
    'timeline.range',
    { from: 1, limit: 1000, types: ['conversation_turn'] },
  );
  expect(events.filter(({ data }) => data.heeds !== undefined)).toHaveLength(1);
});
