import type { Page } from '@playwright/test';
import { violations } from './axe';
import { expect, give as start, rehearsal, test } from './studio';

interface Sent {
  messages: { text: string; from: string; images?: { media_type: string; width: number }[] }[];
}

/** Puts a picture of `width` by `height`, made by the browser, where a paste or a drop has it. */
async function give(
  page: Page,
  how: 'paste' | 'drop',
  { width = 320, height = 200, type = 'image/png', into = 'composer-input' } = {},
): Promise<void> {
  await page.getByTestId(into).evaluate(
    async (input, [event, wide, high, kind]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: wide, height: high });
      const pen = canvas.getContext('2d');
      if (pen === null) throw new Error('nothing to draw with');
      const sky = pen.createLinearGradient(0, 0, 0, high);
      sky.addColorStop(0, '#3a7bd5');
      sky.addColorStop(1, '#f7b733');
      pen.fillStyle = sky;
      pen.fillRect(0, 0, wide, high);
      const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, kind));
      if (blob === null) throw new Error('nothing was drawn');
      const data = new DataTransfer();
      data.items.add(new File([blob], 'sunset', { type: kind }));
      const what = { bubbles: true, cancelable: true };
      input.dispatchEvent(
        event === 'paste'
          ? new ClipboardEvent('paste', { ...what, clipboardData: data })
          : new DragEvent('drop', { ...what, dataTransfer: data }),
      );
    },
    [how, width, height, type] as const,
  );
}

test('pictures are pasted, dropped, left out, sent, shown and answered', async ({
  page,
  studio,
}) => {
  await studio.open(page);
  const input = page.getByTestId('composer-input');
  const chosen = page.getByTestId('composer-picture');
  await input.fill('@claude what is wrong here?');
  await give(page, 'paste');
  await give(page, 'drop', { width: 3000, height: 1500, type: 'image/webp' });
  await expect(chosen).toHaveCount(2);
  expect(await violations(page)).toEqual([]);
  await give(page, 'paste', { width: 10, height: 10 });
  await expect(chosen).toHaveCount(3);
  await chosen
    .last()
    .getByRole('button', { name: /^Leave out/ })
    .click();
  await expect(chosen).toHaveCount(2);
  await input.press('Enter');
  await expect(input).toHaveValue('');
  await expect(chosen).toHaveCount(0);

  const { messages } = await studio.rpc<Sent>('messages.list', {});
  const sent = messages.find(({ from }) => from.startsWith('user:'));
  expect(sent?.text).toBe('what is wrong here?');
  expect(sent?.images?.map(({ media_type, width }) => [media_type, width])).toEqual([
    ['image/png', 320],
    ['image/png', 2000],
  ]);
  const answer = page.getByTestId('message').filter({ hasText: 'I was shown' });
  await expect(answer).toContainText('a PNG of 320 x 200 pixels and a PNG of 2000 x 1000 pixels');

  const small = page.getByTestId('message-image');
  await expect(small).toHaveCount(2);
  await small.last().click();
  const large = page.getByRole('dialog').getByRole('img');
  await expect(large).toBeVisible();
  await expect
    .poll(() => large.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(2000);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(large).toHaveCount(0);
  await page.reload();
  await expect(small).toHaveCount(2);
  await expect(small.first().locator('img')).toBeVisible();
});

test('a picture alone is a message, and a command takes none', async ({ page, studio }) => {
  await studio.open(page);
  const input = page.getByTestId('composer-input');
  const send = page.getByTestId('composer-send');
  await give(page, 'paste');
  await expect(page.getByTestId('composer-picture')).toHaveCount(1);
  await input.fill('/cost');
  await expect(page.getByText('This command takes no pictures.')).toBeVisible();
  await expect(send).toBeDisabled();
  await input.fill('@kimi ');
  await send.click();
  await expect(page.getByTestId('message-image')).toHaveCount(1);
  await expect(page.getByTestId('message').first()).toContainText('Look at this picture.');
});

test('more than four, and what is no picture, are refused', async ({ page, studio }) => {
  await studio.open(page);
  const files = page.getByTestId('composer-files');
  await files.setInputFiles([
    { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
  ]);
  await expect(page.getByText('broken.png is no picture that this browser can read')).toBeVisible();
  for (let i = 0; i < 5; ++i) await give(page, 'paste', { width: 10 + i, height: 10 });
  await expect(page.getByText('A message takes 4 pictures')).toBeVisible();
  await expect(page.getByTestId('composer-picture')).toHaveCount(4);
});

test('a task in line is shown a picture, and so is a new one', async ({ page, studio }) => {
  await studio.open(page);
  await page.getByTestId('dock-queue').click();
  await start(studio, 'claude', rehearsal('First.', [{ pause_ms: 8000 }, { say: 'Done.' }]));
  const id = await start(studio, 'claude', 'What do you see?');
  await page.getByTestId(`task-${id}`).getByTestId(`steer-${id}`).click();
  await give(page, 'paste', { width: 21, height: 12, into: 'say-text' });
  const chosen = page.getByTestId('say-dialog').getByTestId('composer-picture');
  await expect(chosen).toHaveCount(1);
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('say-submit').click();
  await expect(page.getByTestId('say-dialog')).toHaveCount(0);
  const chat = page.getByTestId('chat');
  await expect(chat.getByTestId('message-image')).toHaveCount(1);
  await expect(chat).toContainText('a PNG of 21 x 12 pixels', { timeout: 20_000 });

  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('New task');
  await page.keyboard.press('Enter');
  const dialog = page.getByTestId('task-dialog');
  await give(page, 'drop', { width: 33, height: 14, into: 'task-prompt' });
  await page.getByTestId('task-prompt').fill('What is this?');
  await dialog.getByLabel('Agent').selectOption('gemini');
  await expect(dialog.getByTestId('composer-picture')).toHaveCount(1);
  await page.getByTestId('task-prompt').press('Control+Enter');
  await expect(dialog).toHaveCount(0);
  await expect(chat).toContainText('a PNG of 33 x 14 pixels');
});

test('a command shows a picture to who is at work', async ({ page, studio }) => {
  await studio.open(page);
  const steps = [{ pause_ms: 30_000 }, { say: 'As planned.' }];
  const id = await start(studio, 'kimi', rehearsal('Look around.', steps));
  const running = async () => (await studio.rpc<{ state: string }>('tasks.get', { id })).state;
  await expect.poll(running).toBe('running');
  await give(page, 'paste', { width: 19, height: 10 });
  await page.getByTestId('composer-input').fill('/steer @kimi');
  await page.getByTestId('composer-send').click();
  await expect(page.getByTestId('composer-picture')).toHaveCount(0);
  await expect(page.getByTestId('chat').getByTestId('message-image')).toHaveCount(1);
  const { messages } = await studio.rpc<Sent>('messages.list', {});
  const said = messages.find(({ text }) => text === 'Look at this picture.');
  expect(said?.images?.map(({ width }) => width)).toEqual([19]);
});
