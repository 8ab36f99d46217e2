import type { Page } from '@playwright/test';
import { makeBusy, type Busy } from './busy';
import { expect, openFile, test } from './studio';

interface Stop {
  /** What has the focus, and a number that is its own. */
  name: string;
  at: number;
  /** Whether one sees that it has. */
  seen: boolean;
}

/** Where the focus is, as a person with eyes would be told. */
function here(page: Page): Promise<Stop | null> {
  return page.evaluate(() => {
    const marks = ((window as { marks?: Map<Element, number> }).marks ??= new Map());
    const focus = document.activeElement;
    if (focus === null || focus === document.body) return null;
    if (!marks.has(focus)) marks.set(focus, marks.size);
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = 'var(--accent)';
    const accent = getComputedStyle(probe).color;
    probe.remove();
    // A field in a frame of its own shows the frame's line; a text shows its cursor.
    const outlined = (element: Element | null, levels: number): boolean => {
      if (element === null || levels < 0) return false;
      const { outlineStyle, outlineWidth, borderTopColor, borderTopWidth } =
        getComputedStyle(element);
      if (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) return true;
      if (borderTopColor === accent && parseFloat(borderTopWidth) >= 1) return true;
      return outlined(element.parentElement, levels - 1);
    };
    const text = focus.shadowRoot ?? focus.closest('.cm-editor') ?? focus.closest('.xterm');
    const { width, height, top, bottom } = focus.getBoundingClientRect();
    const onScreen = width > 0 && height > 0 && bottom > 0 && top < window.innerHeight;
    const label = focus.getAttribute('aria-label') ?? focus.textContent ?? '';
    return {
      name: focus.getAttribute('data-testid') ?? `${focus.tagName} ${label.trim()}`,
      at: marks.get(focus)!,
      seen: text !== null || (onScreen && outlined(focus, 2)),
    };
  });
}

/** Presses Tab from the page's start until it is back there; a text is left with Escape first. */
async function walk(page: Page): Promise<Stop[]> {
  const stops: Stop[] = [];
  for (let step = 0; step < 400; ++step) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    const stop = await here(page);
    if (stop === null || stops.some(({ at }) => at === stop.at)) return stops;
    stops.push(stop);
  }
  throw new Error(`no end of it: ${stops.map(({ name }) => name).join(', ')}`);
}

/** What Tab has to come by, panel by panel. */
const kOnTheWay = (busy: Busy): string[] => [
  ...['A All workspaces', 'BUTTON Search or run…Ctrl+K', 'people-button', 'cost-summary'],
  ...['theme-toggle', 'edge-left', 'new-file', 'move-files', 'file-README.md'],
  ...['tab-README.md', 'own-lock', 'code-editor', 'dock-queue', 'new-task'],
  ...[`review-${busy.done}`, `undo-${busy.done}`, `cancel-${busy.holds}`, `answer-${busy.asks}`],
  ...[`move-${busy.queued}`, `promote-${busy.queued}`, `move-${busy.after}`, 'edge-right'],
  ...['notices', 'simulated-keys', 'tour-start', `agent-task-${busy.holds}`],
  ...['agent-pause-claude', 'agent-restart-claude', 'division-agents-chat', 'chat'],
  ...[`chat-review-${busy.done}`, `chat-stop-${busy.holds}`, 'composer-input', 'target-claude'],
  'composer-apart',
];

test('Tab reaches every panel and what is done there, and the focus is seen', async ({
  page,
  studio,
}) => {
  test.setTimeout(180_000);
  const busy = await makeBusy(studio);
  await studio.open(page);
  await page.getByTestId('dock-queue').click();
  await openFile(page, 'README.md');
  await page.reload();
  await expect(page.getByTestId(`move-${busy.queued}`)).toBeVisible();
  await expect(page.locator('.cm-content')).toBeVisible();
  const stops = await walk(page);
  const names = stops.map(({ name }) => name);
  expect(kOnTheWay(busy).filter((name) => !names.includes(name))).toEqual([]);
  expect(stops.filter(({ seen }) => !seen).map(({ name }) => name)).toEqual([]);
});

/** Presses Tab until `id` has the focus, some steps at most. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let step = 0; step < 60; ++step) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    const stop = await here(page);
    expect(stop?.seen, stop?.name).toBe(true);
    if (stop?.name === id) return;
  }
  throw new Error(`Tab does not come by ${id}`);
}

test('arrows walk the tabs, the tree and menus; Tab leads into each', async ({ page, studio }) => {
  await studio.rpc('files.create', { path: 'src/a.ts', text: 'a\n' });
  await studio.rpc('files.create', { path: 'z.ts', text: 'z\n' });
  await studio.open(page);
  await page.getByTestId('dock-queue').focus();
  for (const [tab, within] of [
    ['queue', 'new-task'],
    ['approvals', 'rules-open'],
    ['log', 'log-agent'],
    ['cost', 'set-budget'],
    ['sql', 'sql-run'],
    ['terminal', 'terminal-open'],
  ] as const) {
    await expect(page.getByTestId(`dock-${tab}`)).toBeFocused();
    await tabTo(page, within);
    await page.getByTestId(`dock-${tab}`).focus();
    await page.keyboard.press('ArrowRight');
  }
  // A terminal takes all keys but those of the studio: with them one leaves it.
  await page.getByTestId('dock-terminal').click();
  await page.getByTestId('terminal-open').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  await page.keyboard.press('Control+j');
  await expect(page.getByTestId('composer-input')).toBeFocused();

  await page.getByTestId('file-src').focus();
  await page.keyboard.press('End');
  await expect(page.getByTestId('file-z.ts')).toBeFocused();
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menuitem', { name: /^Open/ })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('file-z.ts')).toBeFocused();
  await page.keyboard.press('ContextMenu');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('menu-rename')).toBeFocused();
  expect((await here(page))?.seen).toBe(true);
  await page.keyboard.press('Enter');
  await page.getByTestId('prompt-name').fill('y.ts');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('file-y.ts')).toBeVisible();
  await page.getByTestId('file-src').focus();
  await page.keyboard.press('Shift+F10');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('prompt-name')).toHaveValue('src/');
});

test('the menu of a file comes by the mouse too, and keeps to what a file is', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'a.ts', text: 'a\n' });
  await studio.open(page);
  await page.getByTestId('file-a.ts').click({ button: 'right' });
  await page.getByTestId('menu-lock').click();
  await expect(page.getByTestId('lock-a.ts')).toBeVisible();
  await expect(page.getByRole('treeitem', { name: /^a\.ts owner edits/ })).toBeVisible();
  await page.getByTestId('file-a.ts').hover();
  await page.getByTestId('file-menu-a.ts').click();
  await expect(page.getByTestId('menu-lock')).toHaveText('Unlock');
  await page.getByTestId('menu-remove').click();
  await expect(page.getByTestId('file-a.ts')).toHaveCount(0);
});
