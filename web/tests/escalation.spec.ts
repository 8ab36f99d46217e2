import { expect, give, rehearsal, test } from './studio';

const change = rehearsal('Change the second line.', [
  { tool: 'read_file', input: { path: 'story.txt' } },
  { tool: 'edit_file', input: { path: 'story.txt', old: 'beta', new: 'BETA' } },
  { say: 'Done.' },
]);

test('a person sees why an agent waits and takes the lock away', async ({ page, studio }) => {
  await studio.rpc('files.create', { path: 'story.txt', text: 'alpha\nbeta\n' });
  const lock = { path: 'story.txt', mode: 'write', timeout_ms: 0, lease_ms: 1_800_000 };
  await studio.rpc('locks.acquire', lock);
  await studio.open(page);
  await page.getByTestId('dock-queue').click();
  const id = await give(studio, 'claude', change);
  const card = page.getByTestId('agent-claude');
  await expect(card).toContainText('waits for lock: story.txt is held by owner');
  await expect(card).toContainText('was told');
  await expect(page.getByText('for your lock on story.txt').first()).toBeVisible();
  await expect(page.getByTestId('approvals-count')).toHaveText('1');
  await expect(card).toContainText('a person is asked');

  await page.getByTestId(`answer-${id}`).click();
  const inbox = page.getByRole('group', { name: 'Approvals' });
  await expect(inbox.getByRole('article')).toContainText('waits for story.txt');
  await expect(inbox.getByRole('group', { name: 'Locks in the way' })).toContainText(
    'has story.txt locked',
  );
  await page.reload();
  await expect(page.getByTestId('approvals-count')).toHaveText('1');
  await expect(card).toContainText('a person is asked');

  await inbox.getByRole('button', { name: 'Take the lock away' }).focus();
  await page.keyboard.press('Enter');
  await expect(inbox.getByRole('article')).toHaveCount(0);
  await page.getByTestId('dock-queue').click();
  await expect(page.getByTestId(`task-${id}`)).toHaveAttribute('data-state', 'succeeded');
  const file = await studio.rpc<{ text: string }>('files.read', { path: 'story.txt' });
  expect(file.text).toBe('alpha\nBETA\n');
});

test('a wait is given up with a note, and the holder keeps the lock', async ({ page, studio }) => {
  await studio.rpc('files.create', { path: 'story.txt', text: 'alpha\nbeta\n' });
  const lock = { path: 'story.txt', mode: 'write', timeout_ms: 0, lease_ms: 1_800_000 };
  await studio.rpc('locks.acquire', lock);
  await studio.open(page);
  await page.getByTestId('dock-approvals').click();
  const id = await give(studio, 'claude', change);
  const inbox = page.getByRole('group', { name: 'Approvals' });
  await inbox.getByLabel('Note for claude').fill('I need it all day');
  await inbox.getByRole('button', { name: 'Give up the wait' }).click();
  await expect(inbox.getByRole('article')).toHaveCount(0);
  await page.getByTestId('dock-queue').click();
  await expect(page.getByTestId(`task-${id}`)).toHaveAttribute('data-state', 'succeeded');
  const file = await studio.rpc<{ text: string }>('files.read', { path: 'story.txt' });
  expect(file.text).toBe('alpha\nbeta\n');
  const { locks } = await studio.rpc<{ locks: object[] }>('locks.list', {});
  expect(locks).toHaveLength(1);
});
