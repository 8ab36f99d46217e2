import type { WebSocketRoute } from '@playwright/test';
import { expect, logIn, test } from './studio';

test('a lost connection is said and resumed without a gap', async ({ page, studio }) => {
  let link: WebSocketRoute | undefined;
  let refuse = false;
  let attaches: string[] = [];
  await page.routeWebSocket(/\/socket$/, (route) => {
    if (refuse) {
      void route.close();
      return;
    }
    link = route;
    const server = route.connectToServer();
    route.onMessage((message) => {
      if (String(message).includes('workspace.attach')) attaches.push(String(message));
      server.send(message);
    });
  });
  await logIn(page);
  await page.goto(`/#/workspaces/${studio.id}`);
  const connection = page.getByTestId('connection');
  await expect(connection).toHaveAttribute('data-phase', 'connected');
  await studio.rpc('files.create', { path: 'before.txt', text: '' });
  await expect(page.getByTestId('file-before.txt')).toBeVisible();

  refuse = true;
  attaches = [];
  await link?.close();
  await expect(page.getByTestId('connection-banner')).toBeVisible();
  await studio.rpc('files.create', { path: 'meanwhile.txt', text: '' });
  refuse = false;
  await expect(connection).toHaveAttribute('data-phase', 'connected');
  await expect(page.getByTestId('file-meanwhile.txt')).toBeVisible();
  expect(attaches.join()).toContain('resume_from');
});

test('an event out of order makes the client fetch the state anew', async ({ page, studio }) => {
  let attaches = 0;
  let inject: ((message: string) => void) | undefined;
  await page.routeWebSocket(/\/socket$/, (route) => {
    const server = route.connectToServer();
    inject = (message) => route.send(message);
    route.onMessage((message) => {
      if (String(message).includes('workspace.attach')) attaches++;
      server.send(message);
    });
  });
  await logIn(page);
  await page.goto(`/#/workspaces/${studio.id}`);
  await expect(page.getByTestId('connection')).toHaveAttribute('data-phase', 'connected');
  const before = attaches;
  const event = { seq: 1_000_000, ts: '', type: 'task_started', actor: 'system', data: {} };
  inject?.(JSON.stringify({ jsonrpc: '2.0', method: 'event', params: { event } }));
  await expect.poll(() => attaches).toBe(before + 1);
  await studio.rpc('files.create', { path: 'after.txt', text: '' });
  await expect(page.getByTestId('file-after.txt')).toBeVisible();
});
