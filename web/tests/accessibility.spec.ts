import type { Page } from '@playwright/test';
import { violations } from './axe';
import { makeBusy, type Busy } from './busy';
import { look } from './look';
import { expect, logIn, openFile, test, type Studio } from './studio';

const kThemes = [
  { name: 'light', media: { colorScheme: 'light', contrast: 'no-preference' } },
  { name: 'dark', media: { colorScheme: 'dark', contrast: 'no-preference' } },
  { name: 'contrast', media: { colorScheme: 'dark', contrast: 'more' } },
] as const;
const kWidths = [1440, 360] as const;
/** axe looks at every text of the page, many times; a machine that is busy takes its time. */
const kPatienceMs = 600_000;

/** What a part of the page is at the moment has no fault, whatever the theme; or all of it. */
async function clean(page: Page, what: string, part?: string): Promise<void> {
  for (const { name, media } of kThemes) {
    await page.emulateMedia({ ...media, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', name);
    // What is no matter of colour is the same in every theme.
    const found = await violations(page, name === 'light' ? 'all' : 'colours', part);
    expect.soft(found, `${what}, ${name}`).toEqual([]);
    expect.soft(await cutOff(page), `${what}, ${name}`).toEqual([]);
    await look(page, `all-${what.replaceAll(/\W+/g, '-')}-${name}-${page.viewportSize()?.width}`);
  }
}

/** What of an open dialog is wider than it is, and cannot be seen. */
async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('dialog[open]')].flatMap((dialog) => {
      const { right } = dialog.getBoundingClientRect();
      return [...dialog.querySelectorAll('input, select, textarea, button, p, h2')]
        .filter((each) => each.getBoundingClientRect().right > right + 1)
        .map((each) => `${each.tagName} ${each.textContent?.slice(0, 40)}`);
    }),
  );
}

async function showPane(page: Page, pane: string): Promise<void> {
  const button = page.getByTestId(`pane-${pane}`);
  if (await button.isVisible()) await button.click();
}

async function showTab(page: Page, tab: string): Promise<void> {
  await showPane(page, 'activity');
  await page.getByTestId(`dock-${tab}`).click();
}

/** Opens a dialog, looks at it, closes it again. */
async function dialog(page: Page, what: string, open: () => Promise<void>): Promise<void> {
  await open();
  await expect(page.getByRole('dialog')).toBeVisible();
  await clean(page, what, 'dialog[open]');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill(words);
  await page.keyboard.press('Enter');
}

async function entry(page: Page): Promise<void> {
  await page.goto('/');
  await expect(page.getByTestId('login')).toBeVisible();
  await clean(page, 'signing in');
  await logIn(page);
  await clean(page, 'the workspaces');
  await page.getByTestId('new-workspace').click();
  for (const source of ['template', 'git', 'workspace', 'empty']) {
    await page.getByTestId(`source-${source}`).click();
    await clean(page, `the wizard, ${source}`, 'dialog[open]');
  }
  await page.getByTestId('provision-next').click();
  await expect(page.getByTestId('provision-name')).toBeVisible();
  await clean(page, 'the wizard, its name', 'dialog[open]');
  await page.keyboard.press('Escape');
  await dialog(page, 'keys', () => page.getByTestId('open-keys').click());
}

async function files(page: Page): Promise<void> {
  await showPane(page, 'files');
  await page.getByTestId('file-src/app.ts').hover();
  await clean(page, 'a row under the pointer', '.files');
  await page.getByTestId('file-src').focus();
  await page.keyboard.press('ArrowDown');
  await clean(page, 'a row with the focus', '.files');
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menu')).toBeVisible();
  await clean(page, 'the menu of a row', '.menu');
  await page.keyboard.press('Escape');
  await openFile(page, 'src/app.ts');
  await clean(page, 'a file that an agent holds');
  const content = await openFile(page, 'README.md');
  await content.click();
  await page.keyboard.type('typed ');
  await clean(page, 'a file with edits', '.editor');
  await page.keyboard.press('Control+f');
  await expect(page.locator('.cm-panel.cm-search')).toBeVisible();
  await clean(page, 'the search within a file', '.editor');
  await page.keyboard.press('Escape');
  await dialog(page, 'closing with edits', () => page.getByLabel('Close README.md').click());
  await dialog(page, 'a new path', async () => {
    await content.focus();
    await command(page, 'Rename README');
  });
}

async function palettes(page: Page): Promise<void> {
  await dialog(page, 'the commands', () => page.keyboard.press('Control+k'));
  await dialog(page, 'the files to open', () => page.keyboard.press('Control+p'));
  await dialog(page, 'the search', async () => {
    await page.keyboard.press('Control+Shift+f');
    await page.getByTestId('search-input').fill('parse');
    await expect(page.getByTestId('search-results')).toContainText('README.md');
  });
  await dialog(page, 'the people', async () => {
    await page.getByTestId('people-button').click();
    await page.getByTestId('invite-submit').click();
    await expect(page.getByTestId('invite-link')).toBeVisible();
  });
  // Invitations are of the whole server: other tests count theirs.
  await page.getByTestId('people-button').click();
  const invitation = page.getByTestId('invitation');
  await invitation
    .last()
    .getByRole('button', { name: /^Take back/ })
    .click();
  await expect(invitation).toHaveCount(0);
  await page.keyboard.press('Escape');
}

async function chat(page: Page, busy: Busy): Promise<void> {
  await showPane(page, 'chat');
  const tools = page.getByTestId('tools').first().locator('summary').first();
  await tools.click();
  await clean(page, 'the chat with what a tool did', '.chat');
  await page.getByTestId('message').last().hover();
  const input = page.getByTestId('composer-input');
  await input.pressSequentially('/');
  await expect(page.getByTestId('slash-stop')).toBeVisible();
  await clean(page, 'the slash commands', '.chat');
  await input.fill('');
  await input.pressSequentially('@claude look at @app');
  await expect(page.getByTestId('mention-src/app.ts')).toBeVisible();
  await clean(page, 'what is mentioned', '.chat');
  await input.fill('/nothing');
  await clean(page, 'a command that is none', '.chat');
  await input.fill('');
  await showPane(page, 'agents');
  await expect(page.getByTestId(`agent-task-${busy.holds}`)).toBeVisible();
  await page.getByTestId('agent-claude').hover();
  await clean(page, 'the agents at work', '.agents');
}

async function queue(page: Page, busy: Busy): Promise<void> {
  await showTab(page, 'queue');
  await page.getByTestId(`task-${busy.after}`).hover();
  await clean(page, 'a card under the pointer', '.dock');
  await page.getByTestId(`move-${busy.queued}`).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowLeft');
  await clean(page, 'a card that is taken', '.dock');
  await page.keyboard.press('Escape');
  await dialog(page, 'a new task', async () => {
    await page.getByTestId('new-task').click();
    await page.getByTestId('task-submit').click();
  });
  await dialog(page, 'what undoing would take', async () => {
    await page.getByTestId(`task-${busy.done}`).hover();
    await page.getByTestId(`undo-${busy.done}`).click();
  });
}

async function activity(page: Page): Promise<void> {
  await showTab(page, 'approvals');
  await expect(page.getByRole('tabpanel').getByRole('article').first()).toBeVisible();
  await clean(page, 'what agents ask', '.dock');
  await dialog(page, 'the rules', () => page.getByTestId('rules-open').click());
  await showTab(page, 'log');
  await page
    .getByTestId(/^event-\d+$/)
    .last()
    .hover();
  await clean(page, 'the log', '.dock');
  await showTab(page, 'cost');
  await expect(page.getByTestId('day-chart')).toBeVisible();
  await clean(page, 'the cost', '.dock');
  await dialog(page, 'a budget', () => page.getByTestId('set-budget').click());
  await showTab(page, 'sql');
  await page.getByTestId('sql-run').click();
  await expect(page.getByTestId('sql-summary')).toBeVisible();
  await page.getByLabel('Rows of the result').focus();
  await page.keyboard.press('ArrowDown');
  await clean(page, 'an answer of the database', '.dock');
  await showTab(page, 'terminal');
  await clean(page, 'no terminal yet', '.dock');
  await page.getByTestId('terminal-open').click();
  await expect(page.getByTestId(/^screen-/)).toBeVisible();
  await clean(page, 'a terminal', '.dock');
}

async function layout(page: Page, width: number): Promise<void> {
  if (width < 900) return;
  await page.getByTestId('move-chat').click();
  await expect(page.getByRole('menu')).toBeVisible();
  await clean(page, 'where a panel may go', '.menu');
  await page.keyboard.press('Escape');
  await page.getByTestId('dock-log').hover();
  await page.mouse.down();
  await page.mouse.move(900, 500, { steps: 5 });
  await page.mouse.move(1_300, 400, { steps: 5 });
  await expect(page.getByTestId('drop-zones')).toBeVisible();
  await clean(page, 'where a panel is dropped', '.drop-zones');
  await page.mouse.up();
  await expect(page.getByTestId('drop-zones')).toHaveCount(0);
}

async function review(page: Page, studio: Studio, { done }: Busy): Promise<void> {
  await page.goto(`/#/workspaces/${studio.id}/task/${done}`);
  const hunk = page.getByTestId('review').getByTestId('hunk').first();
  await hunk.hover();
  await clean(page, 'a review');
  await page
    .getByRole('button', { name: /^Comment on added line/ })
    .first()
    .click();
  await page.getByTestId('comment-text').fill('Why?');
  await clean(page, 'a comment', '.rv');
  await page.getByTestId('comment-keep').click();
  await clean(page, 'a comment that is kept', '.rv');
}

async function past(page: Page, studio: Studio): Promise<void> {
  await page.goto(`/#/workspaces/${studio.id}/at/12`);
  await expect(page.getByTestId('past-seq')).toContainText('event 12 of');
  await page.getByTestId('past-mark-a').click();
  await page.getByTestId('strip').focus();
  await page.keyboard.press('ArrowRight');
  await page.getByTestId('past-mark-b').click();
  await clean(page, 'the past');
  for (const pane of ['files', 'editor', 'chat', 'agents', 'activity']) {
    const button = page.getByTestId(`pane-${pane}`);
    if (!(await button.isVisible())) break;
    await button.click();
    await clean(page, `the past, ${pane}`);
  }
  await dialog(page, 'the export', () => page.getByRole('button', { name: 'Export…' }).click());
}

async function tour(page: Page): Promise<void> {
  await command(page, 'Take the tour');
  await expect(page.getByTestId('tour')).toBeVisible();
  await clean(page, 'the tour', '.tour');
  const skip = page.getByTestId('tour-skip');
  while (await skip.isVisible()) await skip.click();
  await clean(page, 'the end of the tour', '.tour');
  await page.getByTestId('tour-end').click();
}

for (const width of kWidths) {
  const size = { width, height: width === 360 ? 740 : 900 };

  test(`no fault before a workspace, at ${width} px`, async ({ page, studio }) => {
    test.setTimeout(kPatienceMs);
    await page.setViewportSize(size);
    await studio.rpc('files.create', { path: 'a.txt', text: 'a\n' });
    await entry(page);
    await studio.open(page);
    await clean(page, 'a workspace that is new');
    await tour(page);
  });

  test(`no fault in files, dialogs and palettes, at ${width} px`, async ({ page, studio }) => {
    test.setTimeout(kPatienceMs);
    await page.setViewportSize(size);
    await makeBusy(studio);
    await studio.open(page);
    await files(page);
    await palettes(page);
  });

  test(`no fault in chat, agents and tasks, at ${width} px`, async ({ page, studio }) => {
    test.setTimeout(kPatienceMs);
    await page.setViewportSize(size);
    const busy = await makeBusy(studio);
    await studio.open(page);
    await chat(page, busy);
    await queue(page, busy);
  });

  test(`no fault in activity, review and past, at ${width} px`, async ({ page, studio }) => {
    test.setTimeout(kPatienceMs);
    await page.setViewportSize(size);
    const busy = await makeBusy(studio);
    await studio.open(page);
    await activity(page);
    await layout(page, width);
    await review(page, studio, busy);
    await past(page, studio);
  });
}
