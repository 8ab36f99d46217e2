import { expect, give, openFile, rehearsal, say, test } from './studio';

const TEXT = 'alpha\nbeta\ngamma\n';

test('an agent edits: lock, live change, chat, queue, cost', async ({ page, studio }) => {
  await studio.rpc('files.create', { path: 'story.txt', text: TEXT });
  await studio.open(page);
  const content = await openFile(page, 'story.txt');

  await say(
    page,
    rehearsal('@claude please', [
      { say: 'I change the second line.' },
      { tool: 'read_file', input: { path: 'story.txt' } },
      { tool: 'edit_file', input: { path: 'story.txt', old: 'beta', new: 'BETA by claude' } },
      { say: 'Done.' },
    ]),
  );

  // Held for milliseconds, then fading: one assertion, because a second may come too late.
  const lock = page.getByTestId('lock-story.txt');
  await expect(lock.and(page.locator('[data-holder="agent:claude"]'))).toContainText('claude');
  await expect(content).toContainText('BETA by claude');
  await expect(page.locator('.cm-remote[data-tone="claude"]')).toContainText('BETA');

  const chat = page.getByTestId('chat');
  await expect(chat.locator('[data-from="agent:claude"]', { hasText: 'Done.' })).toBeVisible();
  await expect(chat.getByTestId('tools').filter({ hasText: 'edit_file' })).toBeVisible();
  await expect(chat.getByTestId('preview')).toHaveCount(0);
  await expect(lock).toHaveCount(0);

  await expect(page.getByTestId('agent-state-claude')).toHaveText('idle');
  const lane = page.getByTestId('lane-claude');
  await expect(lane.locator('.task[data-state="succeeded"]')).toBeVisible();
  await expect(page.getByTestId('cost-summary')).toContainText('tokens');
  await page.getByTestId('dock-log').click();
  await page.getByTestId('log-family').selectOption('files');
  await expect(page.getByLabel('Event log')).toContainText('wrote story.txt');
});

test('@all queues one task for each agent', async ({ page, studio }) => {
  await studio.open(page);
  const agents = await page.locator('.agent').count();
  expect(agents).toBeGreaterThan(1);
  await say(page, rehearsal('@all hello', [{ say: 'Here.' }]));
  await expect(page.locator('.task')).toHaveCount(agents);
  await expect(page.locator('.task[data-state="succeeded"]')).toHaveCount(agents);
});

test('a queued task can be promoted and cancelled, a cancelled one retried', async ({
  page,
  studio,
}) => {
  await studio.open(page);
  await say(page, rehearsal('@claude busy', [{ pause_ms: 15_000 }, { say: 'Awake.' }]));
  await say(page, rehearsal('@claude second', [{ say: 'Second.' }]));
  await say(page, rehearsal('@claude third', [{ say: 'Third.' }]));
  const third = page.locator('.task', { hasText: 'third' });
  await third.getByLabel('Promote: next in line').click();
  await expect(page.locator('.task[data-state="queued"]').first()).toContainText('third');
  const second = page.locator('.task', { hasText: 'second' });
  await second.getByLabel('Cancel the task').click();
  await expect(second).toHaveAttribute('data-state', 'cancelled');
  await second.getByLabel('Try again').click();
  await page.locator('.task[data-state="running"]').getByLabel('Cancel the task').click();
  const done = page.locator('.task[data-state="succeeded"]', { hasText: 'second' });
  await expect(done).toBeVisible({ timeout: 25_000 });
});

test('simulated models are called simulated', async ({ page, studio }) => {
  await studio.open(page);
  const { agents } = await studio.rpc<{ agents: { simulated: boolean }[] }>('agents.list', {});
  const simulated = agents.some((agent) => agent.simulated);
  await expect(page.getByTestId('simulated-banner')).toHaveCount(simulated ? 1 : 0);
});

test('names are completed and nobody is asked by accident', async ({ page, studio }) => {
  await studio.open(page);
  const input = page.getByTestId('composer-input');
  await input.fill('to whom?');
  await expect(page.getByTestId('composer-send')).toBeDisabled();
  await input.fill('');
  await input.pressSequentially('@cl');
  await expect(page.getByTestId('mention-claude')).toBeVisible();
  await input.press('Tab');
  await expect(input).toHaveValue('@claude ');
  await expect(page.getByTestId('target-claude')).toHaveAttribute('aria-pressed', 'true');
});

test('an agent that waits for its budget says so, and goes on when a person raises it', async ({
  page,
  studio,
}) => {
  await studio.rpc('cost.set_budget', { scope: 'agent:claude', limit_usd: 0 });
  await studio.open(page);
  const prompt = rehearsal('Spend a little.', [{ say: 'paid for' }]);
  const id = await give(studio, 'claude', prompt);
  await page.getByTestId('dock-queue').click();
  await expect(page.getByTestId(`waits-${id}`)).toContainText(
    'waits for budget: the budget of agent claude',
  );
  await page.reload();
  await expect(page.getByTestId('agent-claude')).toContainText('waits for budget');
  await page.getByTestId(`raise-${id}`).click();
  const budget = page.getByTestId('budget-agent:claude');
  await expect(budget).toContainText('$0.00');
  await budget.getByRole('button', { name: 'Change' }).click();
  await page.getByTestId('prompt-name').fill('twenty');
  await expect(page.getByTestId('prompt-submit')).toBeDisabled();
  await page.getByTestId('prompt-name').fill('20');
  await page.getByTestId('prompt-submit').click();
  await expect(budget).toContainText('$20.00');
  await expect(page.getByTestId('agent-state-claude')).toHaveText('idle');
  await page.getByTestId('dock-queue').click();
  await expect(page.getByTestId(`task-${id}`)).toHaveAttribute('data-state', 'succeeded');
});

test('a call that broke off is unsettled until a person says what it did cost', async ({
  page,
  studio,
}) => {
  const prompt = rehearsal('Break off once.', [{ drop: 'mid-stream' }, { say: 'whole' }]);
  await studio.rpc('tasks.submit', { agent: 'claude', prompt });
  await studio.open(page);
  await page.getByTestId('dock-cost').click();
  const unsettled = page.getByTestId('unsettled');
  await expect(unsettled).toContainText('claude');
  await unsettled.getByRole('button', { name: 'Settle' }).click();
  await page.getByTestId('prompt-name').fill('1000000');
  await expect(page.getByTestId('prompt-submit')).toBeDisabled();
  await page.getByTestId('prompt-name').fill('0.01');
  await page.getByTestId('prompt-submit').click();
  await expect(unsettled).toHaveCount(0);
  const { budgets } = await studio.rpc<{ budgets: { scope: string; unsettled_usd: number }[] }>(
    'cost.summary',
    {},
  );
  expect(budgets.every((row) => row.unsettled_usd === 0)).toBe(true);
});

test('a project’s instructions are trusted by a person, and anew when they change', async ({
  page,
  studio,
}) => {
  await studio.open(page);
  const written = await studio.rpc<{ version: number }>('files.create', {
    path: 'AGENTS.md',
    text: 'Be brief.\n',
  });
  const banner = page.getByTestId('instructions-AGENTS.md');
  await expect(banner).toContainText('read it, then trust it');
  await banner.getByRole('button', { name: 'Trust AGENTS.md', exact: true }).click();
  await expect(banner).toHaveAttribute('data-trusted', 'true');
  await studio.rpc('files.write', {
    path: 'AGENTS.md',
    text: 'Be long.\n',
    base_version: written.version,
  });
  await expect(banner).toContainText('has changed since you trusted it');
  await banner.getByRole('button', { name: 'Trust AGENTS.md', exact: true }).click();
  await expect(banner).toContainText('instructs the agents');
  await banner.getByRole('button', { name: 'Distrust AGENTS.md' }).click();
  await expect(banner).toHaveAttribute('data-trusted', 'false');
  await banner.getByRole('button', { name: 'AGENTS.md', exact: true }).click();
  await expect(page.locator('.document:not([hidden]) .cm-content')).toContainText('Be long.');
});
