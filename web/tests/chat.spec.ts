import { violations } from './axe';
import { look } from './look';
import { expect, rehearsal, say, test } from './studio';

interface Sent {
  messages: { text: string; to: string[]; from: string }[];
}

test('files and symbols are mentioned: a link here, a path for the agent', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', {
    path: 'src/parser.ts',
    text: '// a parser\nexport function parseTable(text: string) {\n  return text;\n}\n',
  });
  await studio.open(page);
  await expect(page.getByTestId('file-src')).toBeVisible();
  const input = page.getByTestId('composer-input');
  await input.pressSequentially('@claude look at @pars');
  await expect(page.getByTestId('mention-src/parser.ts')).toBeVisible();
  await expect(page.getByRole('option', { name: 'parseTable' })).toBeVisible();
  await input.press('Enter');
  await expect(input).toHaveValue('@claude look at @src/parser.ts ');
  await input.pressSequentially('and @parseT');
  await page.getByRole('option', { name: 'parseTable' }).click();
  await expect(input).toHaveValue(
    '@claude look at @src/parser.ts and `parseTable` in `src/parser.ts:2` ',
  );
  await page.getByTestId('composer-send').click();
  await expect(input).toHaveValue('');
  const { messages } = await studio.rpc<Sent>('messages.list', {});
  const sent = messages.find(({ from }) => from.startsWith('user:'));
  expect(sent?.to).toEqual(['claude']);
  expect(sent?.text.trim()).toBe('look at `src/parser.ts` and `parseTable` in `src/parser.ts:2`');
  const mine = page.getByTestId('message').filter({ hasText: 'look at' }).first();
  await mine.getByRole('button', { name: 'src/parser.ts', exact: true }).click();
  await expect(page.getByTestId('tab-src/parser.ts')).toHaveAttribute('aria-selected', 'true');
});

test('functions of C and C++ are symbols where they are defined, not where they are called', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', {
    path: 'src/table.cpp',
    text:
      '#include "table.h"\n\nint rebuild(Table& table) {\n  return rebuild_all(table,\n' +
      '                     1);\n}\n\nvoid Table::rebuild_rows() {\n  rebuild(*this);\n}\n',
  });
  await studio.open(page);
  const input = page.getByTestId('composer-input');
  await input.pressSequentially('@claude see @rebu');
  await expect(page.getByRole('option')).toHaveCount(2);
  await expect(page.getByRole('option', { name: 'Table::rebuild_rows' })).toBeVisible();
  await page.getByRole('option', { name: /^rebuild\b/ }).click();
  await expect(input).toHaveValue('@claude see `rebuild` in `src/table.cpp:3` ');
});

test('slash commands are listed, run, and refused where they are none', async ({
  page,
  studio,
}) => {
  await studio.open(page);
  const input = page.getByTestId('composer-input');
  await input.pressSequentially('/');
  await expect(page.getByTestId('slash-stop')).toBeVisible();
  await expect(page.getByRole('option')).toHaveCount(12);
  expect(await violations(page)).toEqual([]);
  await input.pressSequentially('bu');
  await input.press('Tab');
  await expect(input).toHaveValue('/budget ');
  await input.pressSequentially('7.50 ');
  await input.press('Enter');
  await expect(input).toHaveValue('');
  const { budgets } = await studio.rpc<{ budgets: { scope: string; limit_usd?: number }[] }>(
    'cost.summary',
    {},
  );
  expect(budgets.find(({ scope }) => scope === 'workspace')?.limit_usd).toBe(7.5);

  await input.fill('/stpo');
  await expect(page.getByText('There is no command /stpo')).toBeVisible();
  await expect(page.getByTestId('composer-send')).toBeDisabled();
  await input.fill('/stop @nobody');
  await input.press('Enter');
  await expect(page.getByTestId('toast').last()).toContainText('@nobody is no agent');
  await input.fill('/cost');
  await input.press('Enter');
  await expect(page.getByTestId('dock-cost')).toHaveAttribute('aria-selected', 'true');
  await input.fill('/help');
  await input.press('Enter');
  await expect(page.getByTestId('slash-help')).toBeVisible();
  await input.fill('/clear');
  await input.press('Enter');
  await expect(input).toHaveValue('');
});

test('a task is steered and stopped from where it streams, and its answer says its cost', async ({
  page,
  studio,
}) => {
  await studio.open(page);
  await say(page, rehearsal('@claude begin', [{ pause_ms: 20_000 }, { say: 'Late.' }]));
  const working = page.getByTestId('working').filter({ hasText: 'claude' });
  await expect(working).toBeVisible();
  await working.getByRole('button', { name: 'Steer' }).click();
  await page.getByTestId('say-text').fill('Be brief.');
  await page.getByTestId('say-submit').click();
  await expect(page.getByTestId('message').filter({ hasText: 'Be brief.' })).toBeVisible();
  await say(page, '/steer @claude And kind.');
  await expect(page.getByTestId('message').filter({ hasText: 'And kind.' })).toBeVisible();
  await working.getByRole('button', { name: 'Stop' }).click();
  const cancelled = page.getByTestId('lane-claude').locator('.task[data-state="cancelled"]');
  await expect(cancelled).toHaveCount(1);
  await expect(working).toHaveCount(0);

  await say(page, rehearsal('@all and now', [{ say: 'Here.' }]));
  const answer = page.locator('[data-testid="message"][data-from="agent:kimi"]');
  await expect(answer.getByTestId('message-cost')).toContainText(/tokens · \$\d/);
  await expect(answer).toContainText('Compare');
  await look(page, 'chat');
  await answer.getByRole('button', { name: 'Compare' }).click();
  await expect(page.getByTestId('answers')).toContainText('kimi');
  await page.keyboard.press('Escape');
  await answer.getByRole('button', { name: 'Review' }).click();
  await expect(page.getByTestId('review')).toContainText('Nothing that it changed is left');
});

/** More than what comes with the page. */
const kMessages = 230;

test('what came earlier is shown above, and the reader stays where they are', async ({
  page,
  studio,
}) => {
  // What claude is told while it is busy stays in line.
  const busy = rehearsal('message number 1.', [{ pause_ms: 60_000 }, { say: 'Done.' }]);
  await studio.rpc('messages.send', { to: ['claude'], text: busy });
  for (let at = 2; at <= kMessages; ++at) {
    await studio.rpc('messages.send', { to: ['claude'], text: `message number ${at}.` });
  }
  await studio.open(page);
  const chat = page.getByTestId('chat');
  await expect(chat).toContainText(`number ${kMessages}.`);
  const earlier = chat.getByRole('button', { name: 'Show earlier' });
  await expect(earlier).toBeVisible();
  const messages = chat.getByTestId('message');
  for (let shown = await messages.count(); shown < kMessages; shown = await messages.count()) {
    const first = chat.getByText(`message number ${kMessages - shown + 1}.`);
    await earlier.scrollIntoViewIfNeeded();
    const place = (await first.boundingBox())!.y;
    await earlier.click();
    await expect.poll(() => messages.count()).toBeGreaterThan(shown);
    // But for the button's own height.
    await expect
      .poll(async () => Math.abs((await first.boundingBox())!.y - place))
      .toBeLessThan(60);
  }
  await expect(chat.getByText('message number 1.')).toBeVisible();
  await expect(earlier).toHaveCount(0);
});
