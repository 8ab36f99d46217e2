import { test as base, expect, type Locator, type Page } from '@playwright/test';

const TOKEN = process.env['CODITECT_TOKEN'] ?? '';

/**
 * A workspace made for one test, and the server's JSON-RPC as a second participant would use it.
 */
export interface Studio {
  id: string;
  name: string;
  rpc<Result>(method: string, params: object): Promise<Result>;
  /** Opens the workspace, signed in. */
  open(page: Page): Promise<void>;
}

export const test = base.extend<{ studio: Studio; faults: string[] }>({
  /** What the browser complains about: scripts that threw, and anything the CSP refused. */
  faults: [
    async ({ page }, use) => {
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) faults.push(message.text());
      });
      await use(faults);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],

  studio: async ({ request }, use, info) => {
    const headers = { Authorization: `Bearer ${TOKEN}` };
    const name = `e2e ${info.title.slice(0, 40)}`;
    const made = await request.post('/workspaces/provision', {
      headers,
      data: { name, source: { kind: 'empty' } },
    });
    expect(made.status(), await made.text()).toBe(201);
    const { id } = (await made.json()) as { id: string };
    await use({
      id,
      name,
      rpc: async (method, params) => {
        const answer = await request.post(`/workspaces/${id}/rpc`, {
          headers,
          data: { jsonrpc: '2.0', id: 1, method, params },
        });
        const body = await answer.json();
        expect(body.error, `${method}: ${JSON.stringify(body.error)}`).toBeUndefined();
        return body.result;
      },
      open: async (page) => {
        await logIn(page);
        await page.goto(`/#/workspaces/${id}`);
        await expect(page.getByTestId('connection')).toHaveAttribute('data-phase', 'connected');
      },
    });
    await request.delete(`/workspaces/${id}`, { headers });
  },
});

export { expect };

export function loginLink(): string {
  return `/#token=${TOKEN}`;
}

export function token(): string {
  return TOKEN;
}

export async function logIn(page: Page): Promise<void> {
  await page.goto(loginLink());
  await expect(page.getByTestId('workspaces')).toBeVisible();
}

/** Sends a message to the agents as a person does. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByTestId('composer-input').fill(text);
  await page.getByTestId('composer-send').click();
  await expect(page.getByTestId('composer-input')).toHaveValue('');
}

/** A prompt that makes a simulated model play `steps`. */
export function rehearsal(text: string, steps: object[]): string {
  const lines = steps.map((step) => JSON.stringify(step)).join('\n');
  return `${text}\n\`\`\`rehearsal\n${lines}\n\`\`\``;
}

export async function openFile(page: Page, path: string): Promise<Locator> {
  await page.keyboard.press('Control+p');
  await page.getByTestId('palette-input').fill(path);
  await page.getByTestId(`palette-item-${path}`).click();
  await expect(page.getByTestId(`tab-${path}`)).toHaveAttribute('aria-selected', 'true');
  const content = page.locator('.document:not([hidden]) .cm-content');
  await expect(content).toBeVisible();
  return content;
}

/** Gives an agent a task, for instance a rehearsal, and says its id. */
export async function give(
  studio: Studio,
  agent: string,
  prompt: string,
  more: object = {},
): Promise<string> {
  const asked = { agent, prompt, ...more };
  const { tasks } = await studio.rpc<{ tasks: { id: string }[] }>('tasks.submit', asked);
  expect(tasks).toHaveLength(1);
  return tasks[0]!.id;
}
