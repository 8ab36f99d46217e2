import { look } from './look';
import { expect, test } from './studio';

test('a person works in terminals, which stay when the page is loaded anew', async ({
  page,
  studio,
}) => {
  await studio.rpc('files.create', { path: 'here.txt', text: 'x\n' });
  await studio.open(page);
  await page.getByTestId('dock-terminal').click();
  await page.getByTestId('terminal-open').click();
  const screen = page.getByTestId(/^screen-/);
  await expect(screen).toBeVisible();
  await page.keyboard.type('ls; echo sum-$((40+2))\n');
  await expect(screen).toContainText('here.txt');
  await expect(screen).toContainText('sum-42');
  await look(page, 'terminal');

  await page.getByTestId('terminal-more').click();
  await expect(page.getByTestId('terminal-tab-2')).toHaveAttribute('aria-selected', 'true');
  await expect(screen).not.toContainText('sum-42');
  await page.keyboard.type('exit 3\n');
  await expect(page.getByTestId('terminal-tab-2')).toHaveText('Terminal 2: exit 3');
  await page.getByTestId('terminal-close').click();
  await expect(page.getByTestId('terminal-tab-2')).toHaveCount(0);
  await expect(screen).toContainText('sum-42');

  // The server keeps it and what it has shown.
  await page.reload();
  await expect(page.getByTestId('terminal-tab-1')).toBeVisible();
  await expect(screen).toContainText('sum-42');
  await screen.click();
  await page.keyboard.type('echo again-$((1+1))\n');
  await expect(screen).toContainText('again-2');
  await page.getByTestId('terminal-close').click();
  await expect(page.getByTestId('terminal-open')).toBeVisible();
});
