import { violations } from './axe';
import type { Browser, Page } from '@playwright/test';
import { look } from './look';
import { expect, openFile, rehearsal, test, token, type Studio } from './studio';

let people = 0;

/** A name that nobody on the server has had. */
function newName(role: string): string {
  return `${role}-${Date.now().toString(36)}-${++people}`;
}

/** Somebody else's browser: invited, joined under `name`, with the workspace open. */
async function guest(browser: Browser, studio: Studio, role: string, name = newName(role)) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const made = await page.request.post('/invitations', {
    headers: { Authorization: `Bearer ${token()}` },
    data: { role, workspace: studio.id },
  });
  const { secret } = (await made.json()) as { secret: string };
  await page.goto(`/#invite=${secret}`);
  await page.getByTestId('join-name').fill(name);
  await page.getByTestId('join-submit').click();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-phase', 'connected');
  return { context, page, name };
}

const contentOf = (page: Page) => page.locator('.document:not([hidden]) .cm-content');
/** The lines of the editor, without what is drawn between them. */
const textOf = (page: Page): Promise<string> =>
  contentOf(page).evaluate((content) =>
    [...content.querySelectorAll('.cm-line')]
      .map((line) => {
        const copy = line.cloneNode(true) as HTMLElement;
        for (const peer of copy.querySelectorAll('.cm-peer')) peer.remove();
        return copy.textContent?.replaceAll('\u200b', '') ?? '';
      })
      .join('\n'),
  );

test('an invitation by link, from the dialog to the workspace', async ({
  page,
  browser,
  studio,
}) => {
  await studio.open(page);
  await page.getByTestId('people-button').click();
  await expect(page.getByTestId('people-here')).toContainText('owner (you)');
  await page.getByTestId('invite-role').selectOption('editor');
  await page.getByTestId('invite-submit').click();
  const link = await page.getByTestId('invite-link').inputValue();
  expect(new URL(link).search).toBe('');
  expect(new URL(link).pathname).toBe('/');
  await expect(page.getByTestId('invitation')).toHaveCount(1);
  expect(await violations(page)).toEqual([]);

  const context = await browser.newContext();
  const theirs = await context.newPage();
  await theirs.goto(link);
  await expect(theirs.getByTestId('join')).toContainText('As an editor');
  await expect(theirs.getByTestId('join')).toContainText(studio.name);
  expect(theirs.url()).not.toContain('invite');
  expect(await violations(theirs)).toEqual([]);
  await theirs.getByTestId('join-name').fill('not a name');
  await expect(theirs.getByTestId('join-submit')).toBeDisabled();
  await theirs.getByTestId('join-name').fill('claude');
  await theirs.getByTestId('join-submit').click();
  await expect(theirs.getByRole('alert')).toContainText('taken');
  const name = newName('bea');
  await theirs.getByTestId('join-name').fill(name);
  await theirs.keyboard.press('Enter');
  await expect(theirs.getByTestId('workspace-name')).toHaveText(studio.name);
  await theirs.reload();
  await expect(theirs.getByTestId('workspace-name')).toHaveText(studio.name);

  await expect(page.getByTestId(`here-${name}`)).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByTestId('people-button').click();
  await page.getByRole('button', { name: `Remove ${name}` }).click();
  await expect(theirs.getByTestId('login')).toBeVisible();
  await expect(page.getByTestId(`here-${name}`)).toHaveCount(0);

  const again = await context.newPage();
  await again.goto(link);
  await expect(again.getByRole('alert')).toContainText('not valid');
  await context.close();
});

test('an invitation can be taken back', async ({ page, browser, studio }) => {
  await studio.open(page);
  await page.getByTestId('people-button').click();
  await page.getByTestId('invite-submit').click();
  const link = await page.getByTestId('invite-link').inputValue();
  await page
    .getByTestId('invitation')
    .last()
    .getByRole('button', { name: /^Take back/ })
    .click();
  const context = await browser.newContext();
  const theirs = await context.newPage();
  await theirs.goto(link);
  await expect(theirs.getByRole('alert')).toContainText('not valid');
  await context.close();
});

test('another role counts at once in what somebody has open', async ({ page, browser, studio }) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'one\n' });
  await studio.open(page);
  const vic = await guest(browser, studio, 'viewer');
  const theirs = vic.page;
  const content = await openFile(theirs, 'a.txt');
  const editor = theirs.getByTestId('code-editor');
  await expect(editor).toHaveAttribute('data-read-only', 'true');
  await expect(theirs.getByTestId('composer-input')).toBeDisabled();

  await page.getByTestId('people-button').click();
  const choice = page.getByTestId(`role-${vic.name}`);
  await expect(choice).toHaveValue('viewer');
  await expect(choice.locator('option[value="owner"]')).toBeDisabled();
  await choice.focus();
  await page.keyboard.press('e');
  await page.keyboard.press('Tab');
  const give = page.getByTestId(`give-role-${vic.name}`);
  await expect(give).toBeFocused();
  await expect(give).toHaveAccessibleName(`Change the role of ${vic.name} to editor`);
  expect(await violations(page)).toEqual([]);
  await look(page, 'people-roles-1440');
  await page.keyboard.press('Enter');
  await expect(give).toHaveCount(0);
  await expect(choice).toHaveValue('editor');
  await expect(page.getByTestId(`here-${vic.name}`)).toContainText('editor');

  await expect(theirs.getByTestId('toast')).toContainText('You are an editor here now');
  await expect(editor).toHaveAttribute('data-read-only', 'false');
  await expect(theirs.getByTestId('composer-input')).toBeEnabled();
  await content.click();
  await theirs.keyboard.press('Control+End');
  await theirs.keyboard.type('mine');
  await theirs.keyboard.press('Control+s');
  await expect(theirs.getByTestId('save')).toHaveText('Saved');
  const { text } = await studio.rpc<{ text: string }>('files.read', { path: 'a.txt' });
  expect(text).toBe('one\nmine');

  await choice.selectOption('viewer');
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await violations(page)).toEqual([]);
  await look(page, 'people-roles-360');
  await give.click();
  await expect(editor).toHaveAttribute('data-read-only', 'true');
  await expect(theirs.getByTestId('viewer-only')).toContainText('You are a viewer');
  await expect(theirs.getByTestId('composer-input')).toBeDisabled();
  await vic.context.close();
});

test('two people type in one file at once, and both have all of it', async ({
  page,
  browser,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'top\nmiddle\nend\n' });
  await studio.open(page);
  const bea = await guest(browser, studio, 'editor');
  const mine = await openFile(page, 'a.txt');
  const hers = await openFile(bea.page, 'a.txt');
  await mine.click();
  await page.keyboard.press('Control+Home');
  await hers.click();
  await bea.page.keyboard.press('Control+End');
  const first = 'the quick brown fox jumps over it';
  const second = 'while the other writes at the end';
  await Promise.all([
    page.keyboard.type(first, { delay: 7 }),
    bea.page.keyboard.type(second, { delay: 5 }),
  ]);
  const whole = `${first}top\nmiddle\nend\n${second}`;
  await expect.poll(() => textOf(page)).toBe(whole);
  await expect.poll(() => textOf(bea.page)).toBe(whole);

  // A save of one makes both clean.
  await page.keyboard.press('Control+s');
  await expect(page.getByTestId('save')).toHaveText('Saved');
  await expect(bea.page.getByTestId('save')).toHaveText('Saved');
  const { text } = await studio.rpc<{ text: string }>('files.read', { path: 'a.txt' });
  expect(text).toBe(whole);

  // Undo is everybody's own.
  await bea.page.keyboard.type('!');
  await expect.poll(() => textOf(page)).toBe(`${whole}!`);
  await page.keyboard.press('Control+z');
  await expect.poll(() => textOf(bea.page)).not.toContain(first);
  await expect.poll(() => textOf(page)).toContain(`${second}!`);
  await bea.context.close();
});

test('what is typed before one has joined the others is put beside what they typed', async ({
  page,
  browser,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'top\nend\n' });
  // The question to take part is held back for as long as the test likes.
  let release: (() => void) | undefined;
  await page.routeWebSocket(/\/socket$/, (route) => {
    const server = route.connectToServer();
    route.onMessage((message) => {
      if (!String(message).includes('"documents.open"')) server.send(message);
      else release = () => server.send(message);
    });
  });
  await studio.open(page);
  const mine = await openFile(page, 'a.txt');
  await expect.poll(() => release).toBeDefined();
  const bea = await guest(browser, studio, 'editor');
  const hers = await openFile(bea.page, 'a.txt');
  await mine.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('mine ');
  // What she has saved meanwhile, and what she has not.
  await hers.click();
  await bea.page.keyboard.press('Control+End');
  await bea.page.keyboard.type('and her end');
  await bea.page.keyboard.press('Control+s');
  await expect(bea.page.getByTestId('save')).toHaveText('Saved');
  await bea.page.keyboard.press('Control+Home');
  await bea.page.keyboard.type('hers ');
  expect(await textOf(page)).toBe('mine top\nend\n');
  release?.();
  const both = /^(hers mine|mine hers) top\nend\nand her end$/;
  await expect.poll(() => textOf(page)).toMatch(both);
  await expect.poll(() => textOf(bea.page)).toMatch(both);
  expect(await textOf(bea.page)).toBe(await textOf(page));
  await expect(page.getByTestId('changed-by')).toHaveCount(0);
  await expect(page.getByTestId('save')).toBeEnabled();
  await bea.context.close();
});

test('both see where the other is: in the header, in the tree, in the text', async ({
  page,
  browser,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'first\nsecond line\n' });
  await studio.open(page);
  const bea = await guest(browser, studio, 'editor');
  await expect(page.getByTestId('people-button')).toHaveAccessibleName(new RegExp(bea.name));
  const hers = await openFile(bea.page, 'a.txt');
  const lookers = page.getByTestId('lookers-a.txt').locator('.avatar');
  await expect(lookers).toHaveAttribute('title', `${bea.name} looks at it`);
  const words = new RegExp(`${bea.name} looks at a.txt`);
  await expect(page.getByTestId('people-button')).toHaveAccessibleName(words);
  await openFile(page, 'a.txt');
  await hers.click();
  await bea.page.keyboard.press('Control+End');
  await bea.page.keyboard.press('ArrowUp');
  await bea.page.keyboard.press('Shift+End');
  const caret = page.locator('.cm-peer');
  await expect(caret).toHaveAttribute('data-name', bea.name);
  await expect(page.locator('.cm-peer-selection')).toHaveText('second line');
  await bea.context.close();
  await expect(caret).toHaveCount(0);
  await expect(page.getByTestId('lookers-a.txt')).toHaveCount(0);
});

test('a viewer reads along, and can press nothing that changes something', async ({
  page,
  browser,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'one\n' });
  await studio.open(page);
  const vic = await guest(browser, studio, 'viewer');
  const theirs = vic.page;
  await openFile(theirs, 'a.txt');
  await expect(theirs.getByTestId('viewer-only')).toContainText('You are a viewer');
  await expect(theirs.getByTestId('code-editor')).toHaveAttribute('data-read-only', 'true');
  await expect(theirs.getByTestId('composer-input')).toBeDisabled();
  await expect(theirs.getByTestId('new-file')).toBeDisabled();
  await expect(theirs.getByTestId('new-file')).toHaveAttribute('title', /viewer/);
  await expect(theirs.getByTestId('save')).toBeDisabled();
  await theirs.getByTestId('dock-terminal').click();
  await expect(theirs.getByTestId('terminal-open')).toBeDisabled();
  await theirs.getByTestId('dock-approvals').click();
  await expect(theirs.getByTestId('mode-workspace')).toBeDisabled();
  expect(await violations(theirs)).toEqual([]);

  const mine = await openFile(page, 'a.txt');
  await mine.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('typed ');
  await expect.poll(() => textOf(theirs)).toBe('typed one\n');
  await contentOf(theirs).click();
  await theirs.keyboard.type('not me');
  await theirs.getByTestId('people-button').click();
  await expect(theirs.getByRole('dialog')).toContainText('An owner of this server invites');
  expect(await violations(theirs)).toEqual([]);
  await theirs.keyboard.press('Escape');
  await expect.poll(() => textOf(page)).toBe('typed one\n');
  await theirs.goto('/#/');
  await expect(theirs.getByTestId('new-workspace')).toBeDisabled();
  await vic.context.close();
});

test('what is typed while the connection is lost comes when it is back', async ({
  page,
  browser,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'one\n' });
  await studio.open(page);
  const bea = await guest(browser, studio, 'editor');
  await openFile(page, 'a.txt');
  const hers = await openFile(bea.page, 'a.txt');
  await hers.click();
  await bea.page.keyboard.press('Control+End');
  await bea.page.keyboard.type('before ');
  await expect.poll(() => textOf(page)).toBe('one\nbefore ');
  await bea.context.setOffline(true);
  await bea.page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await bea.page.keyboard.type('meanwhile ');
  await contentOf(page).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('mine ');
  await bea.context.setOffline(false);
  await expect.poll(() => textOf(page)).toBe('mine one\nbefore meanwhile ');
  await expect.poll(() => textOf(bea.page)).toBe('mine one\nbefore meanwhile ');
  await bea.context.close();
});

test('an agent’s edit reaches everybody once, and its lock can be asked for', async ({
  page,
  browser,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'a.txt', text: 'one\ntwo\n' });
  await studio.open(page);
  const bea = await guest(browser, studio, 'editor');
  await openFile(page, 'a.txt');
  await openFile(bea.page, 'a.txt');
  const prompt = rehearsal('Edit.', [
    { tool: 'lock_files', input: { path: 'a.txt' } },
    { tool: 'edit_file', input: { path: 'a.txt', old: 'two', new: 'TWO' } },
    { tool: 'run_command', input: { command: 'while [ ! -e go ]; do sleep 0.1; done' } },
    { say: 'Done.' },
  ]);
  await studio.rpc('tasks.submit', { agent: 'claude', prompt });
  for (const each of [page, bea.page]) {
    await expect.poll(() => textOf(each)).toBe('one\nTWO\n');
    await expect(each.getByTestId('read-only')).toContainText('claude');
    await expect(each.getByTestId('save')).toHaveText('Saved');
  }
  await bea.page.getByTestId('ask-for-lock').click();
  await expect(bea.page.getByTestId('ask-for-lock')).toHaveText('Asked');
  const { messages } = await studio.rpc<{ messages: { text: string }[] }>('messages.list', {});
  expect(messages.some(({ text }) => text.includes(`${bea.name} would like to edit a.txt`))).toBe(
    true,
  );
  await studio.rpc('files.create', { path: 'go', text: '' });
  await expect(page.getByTestId('read-only')).toHaveCount(0);
  await contentOf(page).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('mine ');
  await expect.poll(() => textOf(bea.page)).toBe('mine one\nTWO\n');
  await bea.context.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 360]) {
    test(`people at ${width} px in the ${colorScheme} theme`, async ({ page, browser, studio }) => {
      await studio.rpc('files.create', { path: 'notes/plan.md', text: '# Plan\n\n- a\n- b\n' });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      await studio.open(page);
      const bea = await guest(browser, studio, 'editor');
      const hers = await openFile(bea.page, 'notes/plan.md');
      await hers.click();
      await bea.page.keyboard.press('Control+End');
      await bea.page.keyboard.press('Shift+ArrowUp');
      await openFile(page, 'notes/plan.md');
      await expect(page.locator('.cm-peer')).toHaveCount(1);
      const shot = (what: string): Promise<unknown> =>
        look(page, `people-${what}-${width}-${colorScheme}`);
      await shot('editor');
      expect(await violations(page)).toEqual([]);
      await page.getByTestId('people-button').click();
      await page.getByTestId('invite-submit').click();
      await expect(page.getByTestId('invite-link')).toBeVisible();
      await shot('people');
      expect(await violations(page)).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
      await bea.context.close();
    });
  }
}
