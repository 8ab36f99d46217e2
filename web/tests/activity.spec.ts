import { violations } from './axe';
import { look } from './look';
import { expect, give, rehearsal, test } from './studio';

interface Submitted {
  tasks: { id: string }[];
}

test('an agent’s card says what it does, at what pace and cost, and holds it', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'story.txt', text: 'one\n' });
  await studio.open(page);
  const id = await give(
    studio,
    'claude',
    rehearsal('Tell a story.', [
      { tool: 'read_file', input: { path: 'story.txt' } },
      { usage: { input: 4000, output: 1000 } },
      { tool: 'list_files', input: {} },
      { pause_ms: 4_000 },
      { say: 'Once.' },
      { tool: 'list_files', input: {} },
      { pause_ms: 20_000 },
      { say: 'Twice.' },
    ]),
  );
  const card = page.getByTestId('agent-claude');
  await expect(card.getByTestId(`agent-task-${id}`)).toHaveText('Tell a story.');
  await expect(card).toContainText(/\dk? tokens\/min/);
  await expect(card).toContainText(/\$0\.\d/);
  await card.getByTestId('agent-pause-claude').focus();
  await page.keyboard.press('Enter');
  await expect(card).toContainText('paused', { timeout: 20_000 });
  await card.getByTestId('agent-resume-claude').click();
  await expect(page.getByTestId('agent-state-claude')).not.toHaveText('idle');
  await page.getByTestId('dock-queue').click();
  await expect(page.getByTestId(`task-${id}`)).toHaveAttribute('data-state', 'running');
  await look(page, 'activity');

  await card.getByTestId('agent-restart-claude').click();
  await expect
    .poll(async () => {
      const { events } = await studio.rpc<{ events: { type: string; data: object }[] }>(
        'timeline.range',
        { from: 1, limit: 1000, types: ['task_finished', 'task_queued', 'task_requeued'] },
      );
      return events.map(({ type, data }) => ('state' in data ? data.state : type));
    })
    .toEqual(['task_queued', 'cancelled', 'task_requeued']);
  await card.getByTestId(`agent-task-${id}`).click();
  await expect(page.getByTestId('review')).toBeVisible();
  await studio.rpc('tasks.cancel', { id });
});

test('who waits shows on the tab, and is told of while the page is hidden', async ({
  page,
  studio,
}) => {
  await page.addInitScript(() => {
    const told: { title: string; body: string; shown: Notification }[] = [];
    let asked = 0;
    class Recorder {
      static permission = 'default';
      static requestPermission = async (): Promise<string> => {
        asked++;
        return (Recorder.permission = 'granted');
      };
      onclick: (() => void) | null = null;
      constructor(title: string, options: { body: string }) {
        told.push({ title, body: options.body, shown: this as unknown as Notification });
      }
      close(): void {}
    }
    let hidden = false;
    Object.defineProperty(document, 'hidden', { get: () => hidden });
    Object.assign(window, {
      Notification: Recorder,
      told,
      asked: () => asked,
      hide: (value: boolean) => (hidden = value),
    });
  });
  const told = () => page.evaluate('told.map(({ title }) => title)');
  await studio.rpc('approvals.set_policy', { mode: 'ask' });
  await studio.open(page);
  const submit = (text: string) =>
    studio.rpc<Submitted>('tasks.submit', {
      agent: 'kimi',
      prompt: rehearsal(text, [
        { tool: 'write_file', input: { path: 'a.txt', text: 'a\n' } },
        { say: 'Done.' },
      ]),
    });
  // Nobody has asked to be told.
  await page.evaluate('hide(true)');
  await submit('First.');
  await expect(page).toHaveTitle(/^\(1\) e2e who waits/);
  await expect(page.locator('link[rel="icon"]')).toHaveAttribute('href', './icon-marked.svg');
  expect(await told()).toEqual([]);
  expect(await page.evaluate('asked()')).toBe(0);

  await page.evaluate('hide(false)');
  await page.getByTestId('notices').click();
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('notices-turn').click();
  await expect(page.getByTestId('notices-turn')).toHaveText('Turn off');
  expect(await page.evaluate('asked()')).toBe(1);
  await page.keyboard.press('Escape');
  await page.evaluate('hide(true)');
  await page.getByTestId('dock-approvals').click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await expect.poll(told).toEqual(['kimi is done']);
  await expect(page).toHaveTitle(/^e2e who waits/);
  await expect(page.locator('link[rel="icon"]')).toHaveAttribute('href', './icon.svg');
  await submit('Second.');
  await expect.poll(told).toEqual(['kimi is done', 'kimi asks: write_file']);
  await page.getByTestId('dock-log').click();
  await page.evaluate('told.at(-1).shown.onclick()');
  await expect(page.getByTestId('dock-approvals')).toHaveAttribute('aria-selected', 'true');
  // In sight nothing is told.
  await page.evaluate('hide(false)');
  await page.getByRole('button', { name: 'Allow' }).click();
  await expect(page.getByTestId('agent-state-kimi')).toHaveText('idle');
  expect(await told()).toHaveLength(2);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`agents at work without violations, ${colorScheme}, also on a small screen`, async ({
    page,
    studio,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await studio.open(page);
    await studio.rpc<Submitted>('tasks.submit', {
      agent: 'claude',
      prompt: rehearsal('Work a while.', [
        { tool: 'list_files', input: {} },
        { pause_ms: 15_000 },
        { say: 'Done.' },
      ]),
    });
    await expect(page.getByTestId('agent-claude')).toContainText('tokens/min');
    expect(await violations(page)).toEqual([]);
    await look(page, `activity-agents-${colorScheme}`);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByTestId('pane-agents').click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      360,
    );
    await look(page, `activity-agents-narrow-${colorScheme}`);
    await page.getByTestId('pane-chat').click();
    await look(page, `activity-chat-narrow-${colorScheme}`);
  });
}
