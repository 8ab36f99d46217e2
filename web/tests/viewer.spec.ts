import { expect, give, rehearsal, test, type Studio } from './studio';

const kDot =
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAD0lEQVR4nGP4z8DwHwQBABH6A/3pQ0w8AAAAAElFTkSuQmCC';

async function runCommand(studio: Studio, command: string): Promise<void> {
  const id = await give(
    studio,
    'codex',
    rehearsal('Run it', [{ tool: 'run_command', input: { command } }, { say: 'done' }]),
  );
  await expect
    .poll(async () => (await studio.rpc<{ state: string }>('tasks.get', { id })).state)
    .toBe('succeeded');
}

test('a picture is shown as one, other bytes as a dump', async ({ page, studio }) => {
  await runCommand(
    studio,
    `echo ${kDot} | base64 -d > dot.png; printf '\\000\\001ELF\\377' > prog.bin`,
  );
  await studio.open(page);
  await page.getByTestId('file-dot.png').click();
  const picture = page.getByRole('img', { name: 'dot.png' });
  await expect(picture).toBeVisible();
  await expect(page.getByText('2 × 1')).toBeVisible();
  await expect(page.getByText(/image\/png/)).toBeVisible();
  await page.getByTestId('file-prog.bin').click();
  await expect(page.getByText('00000000  00 01 45 4c 46 ff')).toBeVisible();
  const saved = page.waitForEvent('download');
  await page.getByText('Save to this computer').filter({ visible: true }).click();
  expect((await saved).suggestedFilename()).toBe('prog.bin');
});

test('the strip beside a file shows who wrote what, and leads there', async ({ page, studio }) => {
  const lines = Array.from({ length: 400 }, (_, at) => `line ${at + 1}`);
  await studio.rpc('files.create', { path: 'long.txt', text: lines.join('\n') });
  const edit = (old: string, text: string): object => ({
    tool: 'edit_file',
    input: { path: 'long.txt', old, new: text },
  });
  const id = await give(
    studio,
    'kimi',
    rehearsal('Edit it', [edit('line 300\n', 'KIMI WAS HERE\n'), { say: 'done' }]),
  );
  await expect
    .poll(async () => (await studio.rpc<{ state: string }>('tasks.get', { id })).state)
    .toBe('succeeded');
  await studio.open(page);
  await page.getByTestId('file-long.txt').click();
  const mark = page.locator('.cm-overview > [data-tone="kimi"]');
  await expect(mark).toHaveCount(1);
  await expect(mark).toHaveAttribute('title', /^kimi, /);
  await expect(page.locator('.cm-line', { hasText: 'KIMI WAS HERE' })).toHaveCount(0);
  await mark.click();
  await expect(page.locator('.cm-line', { hasText: 'KIMI WAS HERE' })).toBeInViewport();
});
