import type { Page } from '@playwright/test';
import { expect, give, rehearsal, test, type Studio } from './studio';
import { violations } from './axe';
import { kLook, look } from './look';

const kHeld = [{ pause_ms: 60_000 }, { say: 'held' }];

function submit(studio: Studio, agent: string, text: string, more: object = {}): Promise<string> {
  return give(studio, agent, rehearsal(text, [{ say: 'Done.' }]), more);
}

/** Keeps an agent busy, so that what it is given stays in line. */
function hold(studio: Studio, agent: string): Promise<string> {
  return give(studio, agent, rehearsal(`Keep ${agent} busy.`, kHeld));
}

/** The tasks in line of a lane, top to bottom. */
async function line(page: Page, agent: string): Promise<string[]> {
  const cards = page.getByTestId(`lane-${agent}`).locator('[data-in-line]');
  const ids = await cards.evaluateAll((all) => all.map((each) => each.dataset['testid']));
  return ids.map((id) => (id ?? '').replace('task-', ''));
}

async function open(page: Page, studio: Studio): Promise<void> {
  await studio.open(page);
  const pane = page.getByTestId('pane-activity');
  if (await pane.isVisible()) await pane.click();
  await page.getByTestId('dock-queue').click();
}

test('tasks are dragged to another place and to another agent', async ({ page, studio }) => {
  await hold(studio, 'claude');
  await hold(studio, 'kimi');
  const [a, b, c] = [
    await submit(studio, 'claude', 'First'),
    await submit(studio, 'claude', 'Second'),
    await submit(studio, 'claude', 'Third'),
  ];
  await page.setViewportSize({ width: 1440, height: 1300 });
  await open(page, studio);
  await expect(page.getByTestId(`task-${c}`)).toBeVisible();
  expect(await line(page, 'claude')).toEqual([a, b, c]);

  const grip = page.getByTestId(`task-${c}`).getByText('Third');
  await grip.hover();
  await page.mouse.down();
  const first = await page.getByTestId(`task-${a}`).boundingBox();
  if (first === null) throw new Error('no card');
  await page.mouse.move(first.x + 60, first.y + 30, { steps: 8 });
  await page.mouse.move(first.x + 60, first.y + 3, { steps: 4 });
  await expect(page.getByTestId(`task-${a}`)).toHaveAttribute('data-gap');
  await page.mouse.up();
  await expect.poll(() => line(page, 'claude')).toEqual([c, a, b]);

  await page.getByTestId(`task-${b}`).getByText('Second').hover();
  await page.mouse.down();
  const lane = await page.getByTestId('lane-kimi').boundingBox();
  if (lane === null) throw new Error('no lane');
  await page.mouse.move(lane.x + 60, lane.y + lane.height - 20, { steps: 10 });
  await page.mouse.up();
  await expect.poll(() => line(page, 'kimi')).toEqual([b]);
  await expect.poll(() => line(page, 'claude')).toEqual([c, a]);

  // Let go with Escape, nothing happens.
  await page.getByTestId(`task-${a}`).getByText('First', { exact: true }).hover();
  await page.mouse.down();
  await page.mouse.move(lane.x + 60, lane.y + lane.height - 20, { steps: 6 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(page.getByTestId('queue-spoken')).toHaveText('The task stays where it was.');
  expect(await line(page, 'claude')).toEqual([c, a]);
});

test('tasks are moved with the keyboard, and it is said where', async ({ page, studio }) => {
  await hold(studio, 'claude');
  await hold(studio, 'gemini');
  const [a, b] = [
    await submit(studio, 'claude', 'First'),
    await submit(studio, 'claude', 'Second'),
  ];
  await open(page, studio);
  const spoken = page.getByTestId('queue-spoken');
  await page.getByTestId(`move-${b}`).focus();
  await page.keyboard.press('Space');
  await expect(spoken).toContainText('taken');
  await page.keyboard.press('ArrowUp');
  await expect(spoken).toHaveText('claude, place 1 of 2');
  await page.keyboard.press('Space');
  await expect(spoken).toHaveText('Moved to claude, place 1 of 2.');
  await expect.poll(() => line(page, 'claude')).toEqual([b, a]);
  await expect(page.getByTestId(`move-${b}`)).toBeFocused();

  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await expect(spoken).toHaveText('gemini, place 1 of 1');
  await page.keyboard.press('Escape');
  await expect(spoken).toHaveText('The task stays where it was.');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(() => line(page, 'gemini')).toEqual([b]);
  await page.reload();
  await expect.poll(() => line(page, 'gemini')).toEqual([b]);
});

test('a task is given with priority, dependencies and a budget', async ({ page, studio }) => {
  const held = await hold(studio, 'claude');
  await open(page, studio);
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('New task');
  await page.keyboard.press('Enter');
  const dialog = page.getByTestId('task-dialog');
  await page.getByTestId('task-submit').click();
  await expect(dialog).toContainText('Say what is to be done.');
  await page.getByTestId('task-prompt').fill('Write the summary.');
  await dialog.getByLabel('Agent').selectOption('kimi');
  await dialog.getByLabel('Priority').selectOption('8');
  await page.getByTestId('task-budget').fill('much');
  await expect(dialog).toContainText('An amount above 0');
  await page.getByTestId('task-budget').fill('0.50');
  await page.getByTestId(`after-${held}`).check();
  await page.getByTestId('task-submit').click();
  await expect(dialog).toBeHidden();

  const { tasks } = await studio.rpc<{
    tasks: { id: string; agent: string; priority: number; depends_on: string[] }[];
  }>('tasks.list', { agent: 'kimi' });
  const [made] = tasks;
  expect(made).toMatchObject({ priority: 8, depends_on: [held], budget_usd: 0.5 });
  const card = page.getByTestId(`task-${made?.id}`);
  await expect(card).toContainText('waits for “Keep claude busy.” of claude');
  await expect(card).toContainText('≤ $0.50');
  await card.hover();
  await expect(page.getByTestId(`task-${held}`)).toHaveAttribute('data-relation', 'needed');
  await page.getByTestId(`task-${held}`).hover();
  await expect(card).toHaveAttribute('data-relation', 'needs');
});

test('a moved task is there at once, and goes back where the server refuses', async ({
  page,
  studio,
}) => {
  const held: { id: number; pass: () => void }[] = [];
  let answer = (_message: object): void => undefined;
  await page.routeWebSocket(/\/socket$/, (route) => {
    const server = route.connectToServer();
    answer = (message) => route.send(JSON.stringify(message));
    route.onMessage((text) => {
      const { id, method } = JSON.parse(String(text)) as { id: number; method?: string };
      if (method === 'tasks.move') held.push({ id, pass: () => server.send(text) });
      else server.send(text);
    });
  });
  await hold(studio, 'claude');
  const [a, b] = [
    await submit(studio, 'claude', 'First'),
    await submit(studio, 'claude', 'Second'),
  ];
  await open(page, studio);
  const up = async (): Promise<void> => {
    await page.getByTestId(`move-${b}`).focus();
    for (const key of ['Space', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  };
  await up();
  await expect.poll(() => held.length).toBe(1);
  expect(await line(page, 'claude')).toEqual([b, a]);
  await expect(page.getByTestId(`move-${b}`)).toBeFocused();

  const error = { code: -32_000, message: 'It has just begun.', data: { kind: 'conflict' } };
  answer({ jsonrpc: '2.0', id: held[0]?.id, error });
  await expect.poll(() => line(page, 'claude')).toEqual([a, b]);
  await expect(page.getByTestId('toast')).toContainText('It has just begun.');

  await up();
  await expect.poll(() => held.length).toBe(2);
  expect(await line(page, 'claude')).toEqual([b, a]);
  held[1]?.pass();
  await expect(page.getByTestId('queue-spoken')).toContainText('Moved to claude, place 1 of 2');
  expect(await line(page, 'claude')).toEqual([b, a]);
  // What another does to it later is shown: nothing of the move is left.
  await studio.rpc('tasks.move', { id: a, before: b });
  await expect.poll(() => line(page, 'claude')).toEqual([a, b]);
});

/** How far the ends of the drawn lines are from the middles of the cards that they join. */
function offBy(page: Page, from: string, to: string): Promise<number> {
  return page.evaluate(
    ([first, last]) => {
      const path = document.querySelector<SVGPathElement>(
        `.depends-lines path[data-from="${first}"][data-to="${last}"]`,
      );
      if (path === null) return Infinity;
      const ground = path.ownerSVGElement!.getBoundingClientRect();
      const middle = (id: string | undefined): number => {
        const card = document.querySelector(`[data-card="${id}"]`)!.getBoundingClientRect();
        return (card.top + card.bottom) / 2 - ground.top;
      };
      const ends = [path.getPointAtLength(0), path.getPointAtLength(path.getTotalLength())];
      return Math.max(Math.abs(ends[0]!.y - middle(first)), Math.abs(ends[1]!.y - middle(last)));
    },
    [from, to],
  );
}

test('a line leads from a task to what waits for it, wherever they are', async ({
  page,
  studio,
}) => {
  const held = await hold(studio, 'claude');
  const kimis = await hold(studio, 'kimi');
  const next = await submit(studio, 'claude', 'Next', { depends_on: [held] });
  const other = await submit(studio, 'kimi', 'Other', { depends_on: [held, kimis] });
  await page.setViewportSize({ width: 1440, height: 1300 });
  await open(page, studio);
  const lines = page.getByTestId('depends-lines').locator('path[data-from]');
  await expect(lines).toHaveCount(3);
  for (const [from, to] of [
    [held, next],
    [held, other],
    [kimis, other],
  ] as const) {
    await expect.poll(() => offBy(page, from, to)).toBeLessThan(2);
  }
  await page.getByTestId(`task-${other}`).hover();
  await expect(page.locator('.depends-lines path[data-pointed]')).toHaveCount(2);

  // They follow what is scrolled, moved and left out.
  await page.setViewportSize({ width: 1440, height: 900 });
  const lane = page.getByTestId('lane-claude').locator('.lane-cards');
  for (const text of ['Much', 'More', 'To', 'Do']) await submit(studio, 'claude', text);
  await submit(studio, 'claude', 'Last', { depends_on: [next] });
  await expect(lines).toHaveCount(4);
  const drawn = page.locator(`.depends-lines path[data-from="${held}"][data-to="${next}"]`);
  const before = await drawn.getAttribute('d');
  await lane.evaluate((element) => element.scrollBy(0, 30));
  await expect(drawn).not.toHaveAttribute('d', before ?? '');
  await page.getByRole('combobox', { name: 'Agent' }).selectOption('kimi');
  await expect(lines).toHaveCount(1);
  await studio.rpc('tasks.cancel', { id: other });
  await expect(lines).toHaveCount(0);
});

test('what a task waits for is chosen while it stands in line', async ({ page, studio }) => {
  const held = await hold(studio, 'claude');
  const kimis = await hold(studio, 'kimi');
  const next = await submit(studio, 'gemini', 'Free at once', { depends_on: [held] });
  const after = await submit(studio, 'codex', 'After it', { depends_on: [next] });
  await open(page, studio);
  await expect(page.getByTestId(`depends-${held}`)).toHaveCount(0);
  const why = page.getByTestId(`waits-${next}`);
  await expect(why).toContainText('of claude');

  await page.getByTestId(`depends-${next}`).click();
  const dialog = page.getByTestId('depends-dialog');
  await expect(dialog.getByTestId(`after-${held}`)).toBeChecked();
  await expect(dialog.getByTestId(`after-${after}`)).toHaveCount(0);
  await dialog.getByTestId(`after-${held}`).uncheck();
  await dialog.getByTestId(`after-${kimis}`).check();
  await page.getByTestId('depends-submit').click();
  await expect(dialog).toHaveCount(0);
  await expect(why).toContainText('of kimi');

  // By the keyboard alone, to wait for nothing: it begins, and so does what waited for it.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('what it waits for free at once');
  await page.keyboard.press('Enter');
  await dialog.getByTestId(`after-${kimis}`).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  for (const id of [next, after]) {
    await expect(page.getByTestId(`task-${id}`)).toHaveAttribute('data-state', 'succeeded');
  }
});

test('what does not go on says why', async ({ page, studio }) => {
  await hold(studio, 'claude');
  const next = await submit(studio, 'claude', 'Next');
  const later = await submit(studio, 'claude', 'Later');
  const paused = await submit(studio, 'claude', 'Paused');
  await studio.rpc('tasks.pause', { id: paused });
  await studio.rpc('files.create', { path: 'a.txt', text: 'one\n' });
  await studio.rpc('locks.acquire', { path: 'a.txt', mode: 'write', timeout_ms: 1000 });
  const id = await give(
    studio,
    'codex',
    rehearsal('Edit.', [
      { tool: 'edit_file', input: { path: 'a.txt', old: 'one', new: 'two' } },
      { say: 'Done.' },
    ]),
  );
  await open(page, studio);
  const why = (id: string | undefined) => page.getByTestId(`waits-${id}`);
  await expect(why(next)).toHaveText('claude does “Keep claude busy.”');
  await expect(why(later)).toContainText('1 goes first');
  await expect(why(paused)).toContainText('is paused by');
  await expect(why(id)).toContainText('waits for a lock: a.txt is held by owner');
});

for (const [colorScheme, width] of kLook) {
  test(`lanes look right, ${colorScheme} at ${width}`, async ({ page, studio }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    const held = await hold(studio, 'claude');
    await submit(studio, 'claude', 'Rename the parser and mend all its callers');
    const more = { depends_on: [held], priority: 8 };
    const waiting = await submit(studio, 'gemini', 'Look the parser over', more);
    await submit(studio, 'kimi', 'Say hello');
    await open(page, studio);
    await expect(page.getByTestId('lane-claude')).toBeVisible();
    await look(page, `queue-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
    await page.getByTestId(`depends-${waiting}`).click();
    await look(page, `depends-dialog-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByTestId('new-task').click();
    await look(page, `task-dialog-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
  });
}
