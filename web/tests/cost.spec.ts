import { violations } from './axe';
import { kLook, look } from './look';
import { expect, give, rehearsal, test, type Studio } from './studio';

/** Calls that cost something, a cache included. */
async function spend(studio: Studio, agent: string, calls: number): Promise<void> {
  const usage = { input: 120_000, cache_read: 90_000, output: 4_000 };
  const steps = Array.from({ length: calls - 1 }, () => [
    { usage },
    { tool: 'list_files', input: {} },
  ]).flat();
  await studio.rpc('tasks.submit', {
    agent,
    prompt: rehearsal('Spend.', [...steps, { usage }, { say: 'Done.' }]),
  });
  await expect
    .poll(async () => {
      const { tasks } = await studio.rpc<{ tasks: { state: string }[] }>('tasks.list', { agent });
      return tasks.every(({ state }) => state === 'succeeded');
    })
    .toBe(true);
}

test('what was spent, what the cache saved, and honest words about the pace', async ({
  page,
  studio,
}) => {
  await spend(studio, 'claude', 3);
  await studio.open(page);
  await page.getByTestId('dock-cost').click();
  const figures = page.getByTestId('cost-figures');
  const { total } = await studio.rpc<{ total: { cost_usd: number; saved_usd: number } }>(
    'cost.summary',
    { by: 'agent' },
  );
  expect(total.saved_usd).toBeGreaterThan(0);
  await expect(figures).toContainText(`$${total.cost_usd.toFixed(2)}`);
  await expect(figures).toContainText(`saved $${total.saved_usd.toFixed(2)}`);
  // A workspace that is some seconds old has no pace.
  await expect(figures).toContainText('too little in the last minutes to tell');
  const today = new Date().toISOString().slice(0, 10);
  const bar = page.locator(`.day-bar[data-day="${today}"]`);
  expect(Number(await bar.getAttribute('height'))).toBeGreaterThan(10);
});

test('the pace and when a budget is gone', async ({ page, studio }) => {
  await page.clock.install();
  await spend(studio, 'claude', 2);
  const { total } = await studio.rpc<{ total: { cost_usd: number } }>('cost.summary', {
    by: 'agent',
  });
  await studio.rpc('cost.set_budget', { limit_usd: total.cost_usd * 3 });
  await studio.open(page);
  await page.getByTestId('dock-cost').click();
  await page.clock.fastForward('05:00');
  await expect(page.getByTestId('cost-figures')).toContainText('from 2 calls in');
  const row = page.getByTestId('budget-workspace');
  // Twice of what was spent in these minutes is left.
  await expect(row).toContainText(/gone at about \d\d:\d\d at this pace|lasts through the day/);
});

test('budgets are set, changed and removed here', async ({ page, studio }) => {
  const id = await give(
    studio,
    'kimi',
    rehearsal('Wait.', [{ pause_ms: 60_000 }, { say: 'Done.' }]),
  );
  await studio.open(page);
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('Set a budget');
  await page.keyboard.press('Enter');
  const amount = page.getByTestId('budget-amount');
  await amount.fill('lots');
  await expect(page.getByTestId('budget-dialog')).toContainText('An amount such as');
  await expect(page.getByTestId('budget-submit')).toBeDisabled();
  await page.locator('#budget-scope').selectOption(`task:${id}`);
  await amount.fill('1.50');
  await amount.press('Enter');
  const row = page.getByTestId(`budget-task:${id}`);
  await expect(row).toContainText('$1.50');
  await row.getByRole('button', { name: /^Change/ }).click();
  await page.getByTestId('prompt-name').fill('2');
  await page.getByTestId('prompt-submit').click();
  await expect(row).toContainText('$2.00');

  await page.getByTestId('set-budget').click();
  await page.getByTestId('budget-amount').fill('7');
  await page.getByTestId('budget-submit').click();
  const all = page.getByTestId('budget-workspace');
  await expect(all).toContainText('$7.00');
  await all.getByRole('button', { name: /^Remove/ }).click();
  await expect(all).toContainText('none');
  const { budgets } = await studio.rpc<{ budgets: { scope: string; limit_usd?: number }[] }>(
    'cost.summary',
    { by: 'agent' },
  );
  expect(budgets.find(({ scope }) => scope === 'workspace')?.limit_usd).toBeUndefined();
});

for (const [colorScheme, width] of kLook) {
  test(`cost looks right, ${colorScheme} at ${width}`, async ({ page, studio }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 1300 });
    await spend(studio, 'claude', 2);
    await studio.rpc('cost.set_budget', { scope: 'agent:claude', limit_usd: 2 });
    await studio.open(page);
    const pane = page.getByTestId('pane-activity');
    if (await pane.isVisible()) await pane.click();
    await page.getByTestId('dock-cost').click();
    await expect(page.getByTestId('day-chart')).toBeVisible();
    await look(page, `cost-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
    await page.getByTestId('set-budget').click();
    expect(await violations(page)).toEqual([]);
  });
}
