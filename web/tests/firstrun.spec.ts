import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { WebSocketRoute } from '@playwright/test';
import { violations } from './axe';
import { kLook, look } from './look';
import { expect, logIn, test, token, type Studio } from './studio';

const kSecret = 'sk-ant-api03-browser-0123456789-wxyz';

test('a person is led through making a workspace', async ({ page, request }) => {
  await logIn(page);
  await page.getByTestId('new-workspace').click();
  await page.getByTestId('source-git').click();
  await page.getByTestId('provision-next').click();
  await expect(page.getByTestId('provision-dialog')).toContainText('Where is the repository?');
  await page.getByTestId('source-value').fill('project');
  await page.getByTestId('provision-next').click();
  await expect(page.getByTestId('provision-dialog')).toContainText('An address such as');
  await page.getByTestId('source-value').fill('/no/such/repository.git');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('provision-name')).toHaveValue('repository');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText(/repository/);

  // Back, to what works, with the keyboard alone.
  await page.getByTestId('provision-back').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('source-template').focus();
  await page.keyboard.press('Space');
  await page.getByLabel('Template', { exact: true }).selectOption('web');
  await page.getByTestId('provision-next').focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('provision-name').fill('led');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('connection')).toHaveAttribute('data-phase', 'connected');
  await expect(page.getByRole('tree')).toContainText('index.html');
  const id = page.url().split('/').at(-1) ?? '';
  await request.delete(`/workspaces/${id}`, { headers: { Authorization: `Bearer ${token()}` } });
});

test('a workspace begins as a copy of another one', async ({ page, request, studio }) => {
  await studio.rpc('files.create', { path: 'kept.txt', text: 'kept\n' });
  await logIn(page);
  await page.getByTestId('new-workspace').click();
  await page.getByTestId('source-workspace').click();
  await page.getByTestId('source-workspace-value').selectOption(studio.id);
  await page.getByTestId('provision-next').click();
  await page.getByTestId('provision-name').fill('a copy');
  await page.getByTestId('provision-submit').click();
  await expect(page.getByRole('tree')).toContainText('kept.txt');
  const id = page.url().split('/').at(-1) ?? '';
  expect(id).not.toBe(studio.id);
  await request.delete(`/workspaces/${id}`, { headers: { Authorization: `Bearer ${token()}` } });
});

/** A git server that is asked and never answers. */
async function silentServer(): Promise<{ url: string; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/never.git`, close };
}

test('a clone that takes long is stopped, and nothing is left of it', async ({ page, request }) => {
  const silent = await silentServer();
  const headers = { Authorization: `Bearer ${token()}` };
  const count = async (): Promise<number> => {
    const { workspaces } = await (await request.get('/workspaces?limit=1000', { headers })).json();
    return workspaces.length;
  };
  const before = await count();
  await logIn(page);
  await page.getByTestId('new-workspace').click();
  await page.getByTestId('source-git').click();
  await page.getByTestId('source-value').fill(silent.url);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('provision-name')).toHaveValue('never');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('provision-progress')).toContainText('Cloning the repository');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('provision-progress')).toBeVisible();
  await page.getByTestId('provision-cancel').click();
  await expect(page.getByTestId('provision-progress')).toBeHidden();
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(await count()).toBe(before);
  silent.close();
});

test('keys are set, refused, tested and removed, and never shown', async ({ page, studio }) => {
  const addresses: string[] = [];
  page.on('request', (each) => addresses.push(each.url()));
  await studio.open(page);
  await expect(page.getByTestId('simulated-banner')).toContainText('The models are simulated.');
  await page.getByTestId('simulated-keys').click();
  const row = page.getByTestId('key-anthropic');
  await expect(page.getByTestId('keys')).toContainText('--simulate-providers');
  const input = page.getByTestId('key-input-anthropic');
  await input.fill('short');
  await expect(row).toContainText('A key is longer than that.');
  await expect(page.getByTestId('key-save-anthropic')).toBeDisabled();
  await input.fill(kSecret);
  await input.press('Enter');
  await expect(row).toContainText('Set here, and not used');
  await expect(input).toHaveValue('');
  // The server of these tests simulates whatever keys there are: nothing can be asked.
  await expect(page.getByTestId('key-test-anthropic')).toBeDisabled();
  expect(await page.content()).not.toContain(kSecret);
  expect(addresses.filter((url) => url.includes(kSecret))).toEqual([]);

  await page.getByTestId('key-remove-anthropic').click();
  await expect(page.getByTestId('key-remove-anthropic')).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('keys')).toBeHidden();
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('Keys of model');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('keys')).toBeVisible();
});

test('what changes about keys in one browser shows in another', async ({
  page,
  studio,
  browser,
}) => {
  // The server of these tests always simulates; what agents are is answered here.
  let simulated = true;
  let link: WebSocketRoute | undefined;
  await page.routeWebSocket(/\/socket$/, (route) => {
    link = route;
    const server = route.connectToServer();
    server.onMessage((message) =>
      route.send(
        simulated ? message : String(message).replaceAll('"simulated":true', '"simulated":false'),
      ),
    );
  });
  await studio.open(page);
  const banner = page.getByTestId('simulated-banner');
  await expect(banner).toContainText('The models are simulated.');
  await page.getByTestId('simulated-keys').click();
  const row = page.getByTestId('key-moonshot');
  await expect(row).not.toContainText('Set here');

  const context = await browser.newContext();
  const other = await context.newPage();
  await studio.open(other);
  await other.getByTestId('simulated-keys').click();
  simulated = false;
  await other.getByTestId('key-input-moonshot').fill(kSecret);
  await other.getByTestId('key-input-moonshot').press('Enter');
  await expect(row).toContainText('Set here, and not used');
  await page.getByTestId('keys-close').click();
  await expect(banner).toHaveCount(0);

  // What happens while a connection is lost is told by the next one.
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('Keys of model');
  await page.keyboard.press('Enter');
  await expect(row).toContainText('Set here, and not used');
  simulated = true;
  await page.context().setOffline(true);
  await link?.close();
  await other.getByTestId('key-remove-moonshot').click();
  await expect(other.getByTestId('key-remove-moonshot')).toBeHidden();
  await page.context().setOffline(false);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-phase', 'connected');
  await expect(row).not.toContainText('Set here');
  await page.getByTestId('keys-close').click();
  await expect(banner).toContainText('The models are simulated.');
  await context.close();
});

test('a test that worked and one that did not are told', async ({ page, studio }) => {
  const key = {
    provider: 'anthropic',
    variable: 'ANTHROPIC_API_KEY',
    in_use: 'studio',
    set: true,
    in_environment: true,
    ends_in: 'wxyz',
    set_at: new Date().toISOString(),
    set_by: 'user:owner',
    agents: [{ name: 'claude', model: 'claude-opus-5-5', simulated: false }],
  };
  // What a server with real keys says; tests/keys.test.mjs has it from a real one.
  await page.route('**/provider-keys', (route) =>
    route.fulfill({ json: { providers: [key], simulated_by_option: false } }),
  );
  const at = new Date().toISOString();
  const answers = [
    { ok: false, at, model: 'm', message: 'auth (HTTP 401)', hint: 'check the key' },
    { ok: true, at, model: 'm', elapsed_ms: 300, cost_usd: 0.0002 },
  ];
  await page.route('**/provider-keys/anthropic/test', (route) =>
    route.fulfill({ json: answers.shift() }),
  );
  await studio.open(page);
  await page.getByTestId('simulated-keys').click();
  const row = page.getByTestId('key-anthropic');
  await expect(row).toContainText('ends in …wxyz');
  await expect(row).toContainText('It counts before the variable ANTHROPIC_API_KEY.');
  await page.getByTestId('key-test-anthropic').click();
  await expect(row).toContainText('does not work');
  await expect(row).toContainText('auth (HTTP 401) check the key');
  await page.getByTestId('key-test-anthropic').click();
  await expect(row).toContainText('Works: m answered in 300 ms ($0.0002)');
});

/** Tour steps that happen by themselves once the agent works. */
async function finished(studio: Studio): Promise<void> {
  await expect
    .poll(async () => {
      const { tasks } = await studio.rpc<{ tasks: { state: string }[] }>('tasks.list', {});
      return tasks.map(({ state }) => state).join();
    })
    .toBe('succeeded');
}

test('the tour goes through with the real thing', async ({ page, studio }) => {
  await studio.open(page);
  await page.getByTestId('tour-start').click();
  const tour = page.getByTestId('tour');
  await expect(tour).toContainText('Ask an agent');
  await expect(page.getByTestId('tour-offer')).toBeHidden();
  await page.getByTestId('tour-action').click();
  await expect(page.getByTestId('composer-input')).toHaveValue(/^@claude Please leave/);
  await page.keyboard.press('Enter');
  await finished(studio);
  // It asked, and took a lock to write: both have happened.
  await expect(tour).toContainText('See what changed');
  await page.getByTestId('tour-action').click();
  await expect(tour).toContainText('See what it costs');

  // Put away, it comes back where it was, also after a reload.
  await page.getByTestId('tour-close').click();
  await expect(tour).toBeHidden();
  await page.reload();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-phase', 'connected');
  await expect(tour).toBeHidden();
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette-input').fill('Go on with the tour');
  await page.keyboard.press('Enter');
  await expect(tour).toContainText('See what it costs');
  await page.getByTestId('tour-action').click();
  await expect(page.getByTestId('cost-figures')).toBeVisible();
  await expect(tour).toContainText('Take it back');
  await page.getByTestId('tour-action').click();
  const { tasks } = await studio.rpc<{ tasks: { id: string }[] }>('tasks.list', {});
  await page.getByTestId(`undo-${tasks[0]?.id}`).click();
  await page.getByTestId('undo-confirm').click();
  await expect(tour).toContainText('That was the tour');
  await page.getByTestId('tour-end').click();
  await expect(tour).toBeHidden();
});

test('whoever says no is not asked again', async ({ page, studio }) => {
  await studio.open(page);
  await page.getByTestId('tour-offer').getByRole('button', { name: 'No' }).click();
  await page.reload();
  await expect(page.getByTestId('connection')).toHaveAttribute('data-phase', 'connected');
  await expect(page.getByTestId('tour-offer')).toBeHidden();
});

test('on a phone the tour covers nothing that it speaks of', async ({ page, studio }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await studio.open(page);
  await page.getByTestId('pane-agents').click();
  await page.getByTestId('tour-start').click();
  const tour = page.getByTestId('tour');
  const marked = page.locator('[data-tour]');
  const apart = async (): Promise<void> => {
    await expect(marked).toHaveCount(1);
    await expect(async () => {
      const [card, part] = [await tour.boundingBox(), await marked.boundingBox()];
      const least = Math.min(60, part?.height ?? 0);
      // Of a part as high as the screen its beginning is enough.
      expect(card !== null && part !== null).toBe(true);
      const below = card!.y >= part!.y + least;
      expect(below || card!.y + card!.height <= part!.y).toBe(true);
    }).toPass();
  };
  await expect(marked).toHaveAttribute('data-testid', 'pane-chat');
  await apart();
  await page.getByTestId('pane-chat').click();
  await expect(marked).toHaveClass(/composer-box/);
  await apart();
  for (const [pane, what] of [
    ['files', 'panel files'],
    ['activity', 'tab'],
    ['activity', 'tab'],
    ['activity', 'tab'],
  ] as const) {
    await page.getByTestId('tour-skip').click();
    await page.getByTestId(`pane-${pane}`).click();
    await expect(marked).toHaveClass(what);
    await apart();
  }
});

for (const [colorScheme, width] of kLook) {
  test(`the first run looks right, ${colorScheme} at ${width}`, async ({ page, studio }) => {
    test.slow();
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await logIn(page);
    await page.getByTestId('new-workspace').click();
    await page.getByTestId('source-git').click();
    await look(page, `wizard-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
    await page.getByTestId('source-value').fill('https://git.example/team/project.git');
    await page.getByTestId('provision-next').click();
    await expect(page.getByTestId('provision-name')).toBeVisible();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByTestId('open-keys').click();
    await expect(page.getByTestId('key-moonshot')).toBeVisible();
    await look(page, `keys-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await studio.open(page);
    const pane = page.getByTestId('pane-agents');
    if (await pane.isVisible()) await pane.click();
    await look(page, `agents-${colorScheme}-${width}`);
    await page.getByTestId('tour-start').click();
    await expect(page.getByTestId('tour')).toBeVisible();
    const activity = page.getByTestId('pane-activity');
    if (await activity.isVisible()) await activity.click();
    await look(page, `tour-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
  });
}
