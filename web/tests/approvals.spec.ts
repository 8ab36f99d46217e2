import { expect, give, rehearsal, test } from './studio';

test('a person sees what an agent asks for, denies it with a note, allows the next', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'story.txt', text: 'alpha\nbeta\n' });
  await studio.open(page);
  await page.getByTestId('dock-approvals').click();
  await page.getByTestId('mode-workspace').selectOption('ask');
  await page.getByTestId('mode-gemini').selectOption('read-only');
  await expect(page.getByTestId('mode-gemini')).toHaveValue('read-only');
  const policy = await studio.rpc<{ mode: string; agents: object }>('approvals.get_policy', {});
  expect(policy).toMatchObject({ mode: 'ask', agents: { gemini: 'read-only' } });
  await page.getByTestId('dock-queue').click();

  const id = await give(
    studio,
    'claude',
    rehearsal('Change the second line.', [
      { tool: 'run_command', input: { command: 'echo hi > made.txt' } },
      { tool: 'edit_file', input: { path: 'story.txt', old: 'beta', new: 'BETA' } },
      { say: 'Done.' },
    ]),
  );
  await expect(page.getByTestId('approvals-count')).toHaveText('1');
  await expect(page.getByTestId('agent-claude')).toContainText('waits for approval');
  await page.getByTestId(`answer-${id}`).click();
  const inbox = page.getByRole('group', { name: 'Approvals' });
  await expect(inbox.getByRole('group', { name: 'Command', exact: true })).toHaveText(
    'echo hi > made.txt',
  );

  // With the keyboard alone: the note, then Deny; for the next one Allow.
  await inbox.getByLabel('Note for claude').focus();
  await page.keyboard.type('no new files');
  await page.keyboard.press('Tab');
  await expect(inbox.getByRole('button', { name: 'Deny' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(inbox.getByRole('group', { name: 'Removes', exact: true })).toHaveText('beta');
  await expect(inbox.getByRole('group', { name: 'Adds', exact: true })).toHaveText('BETA');
  await page.reload();
  await expect(inbox.getByRole('group', { name: 'Adds', exact: true })).toHaveText('BETA');
  await inbox.getByRole('button', { name: 'Allow' }).focus();
  await page.keyboard.press('Enter');
  await expect(inbox.getByRole('article')).toHaveCount(0);
  await expect(page.getByTestId('approvals-count')).toHaveCount(0);
  await page.getByTestId('dock-queue').click();
  await expect(page.getByTestId(`task-${id}`)).toHaveAttribute('data-state', 'succeeded');
  const file = await studio.rpc<{ text: string }>('files.read', { path: 'story.txt' });
  expect(file.text).toBe('alpha\nBETA\n');
  const { events } = await studio.rpc<{ events: { data: object }[] }>('timeline.range', {
    from: 1,
    limit: 1000,
    types: ['approval_answered'],
  });
  expect(events.map(({ data }) => data)).toMatchObject([
    { decision: 'deny', note: 'no new files' },
    { decision: 'allow' },
  ]);
});
