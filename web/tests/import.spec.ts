import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { APIRequestContext, Page } from '@playwright/test';
import { kTarEnd, tarHeader, tarPadding } from '../src/model/tar';
import { violations } from './axe';
import { kLook, look } from './look';
import { expect, logIn, test, token } from './studio';

/** A .tar.gz of texts by path, as a person has one. */
function archive(files: Record<string, string | Buffer>, name = 'words-1.0.tar.gz') {
  const parts = Object.entries(files).flatMap(([where, text]) => {
    const content = Buffer.from(text);
    const bytes = content.length;
    return [tarHeader({ path: where, bytes }), content, tarPadding(bytes)];
  });
  const buffer = gzipSync(Buffer.concat([...parts, kTarEnd]));
  return { name, mimeType: 'application/gzip', buffer };
}

const headers = { Authorization: `Bearer ${token()}` };

async function workspaceIds(request: APIRequestContext): Promise<string[]> {
  const { workspaces } = await (await request.get('/workspaces?limit=1000', { headers })).json();
  return workspaces.map(({ id }: { id: string }) => id);
}

/** Looks at what was made and removes it. */
async function expectMade(page: Page, request: APIRequestContext, file: string): Promise<void> {
  await expect(page.getByRole('tree')).toContainText(file);
  const id = page.url().split('/').at(-1) ?? '';
  await request.delete(`/workspaces/${id}`, { headers });
}

/** A folder with files in it, a hook among them. */
function makeFolder(): string {
  const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'coditect-import-')), 'project');
  mkdirSync(path.join(folder, 'src/deep'), { recursive: true });
  mkdirSync(path.join(folder, '.git/hooks'), { recursive: true });
  writeFileSync(path.join(folder, 'src/deep/Grüße.txt'), 'hallo\n');
  writeFileSync(path.join(folder, '.git/hooks/pre-commit'), '#!/bin/sh\n');
  writeFileSync(path.join(folder, 'README.md'), '# project\n');
  return folder;
}

/** Drops files of the disk on the page, as the file manager does. */
async function drop(page: Page, files: string[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devtools.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
  }
}

test('an archive is imported with the keyboard', async ({ page, request }) => {
  await logIn(page);
  await page.getByTestId('new-workspace').focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByTestId('provision-dialog');
  await page.getByTestId('source-import').focus();
  await page.keyboard.press('Space');
  await page.getByTestId('provision-next').focus();
  await page.keyboard.press('Enter');
  await expect(dialog).toContainText('Which archive or folder?');
  const choosing = page.waitForEvent('filechooser');
  await page.getByTestId('import-archive').focus();
  await page.keyboard.press('Enter');
  await (await choosing).setFiles(archive({ 'words/src/a.txt': 'a\n' }));
  await expect(page.getByTestId('import-chosen')).toContainText('words-1.0.tar.gz');
  await expect(page.getByTestId('import-chosen')).toContainText(/\d+ B/);
  await page.getByTestId('provision-next').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('provision-name')).toHaveValue('words-1.0');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('workspace-name')).toHaveText('words-1.0');
  await expectMade(page, request, 'src');
});

test('a folder that is chosen is imported, and what is left out is told', async ({
  page,
  request,
}) => {
  await logIn(page);
  await page.getByTestId('new-workspace').click();
  await page.getByTestId('source-import').click();
  await page.getByTestId('import-folder-input').setInputFiles(makeFolder());
  await expect(page.getByTestId('import-chosen')).toContainText('project');
  await expect(page.getByTestId('import-chosen')).toContainText('3 files');
  await page.getByTestId('provision-next').click();
  await page.getByTestId('provision-submit').click();
  await expect(page.getByTestId('toast')).toContainText('One entry was left out');
  await expect(page.getByTestId('toast')).toContainText('.git/hooks/pre-commit');
  await expectMade(page, request, 'README.md');
});

test('a folder and an archive are dropped on the wizard', async ({ page, request }) => {
  const folder = makeFolder();
  const file = archive({ 'dropped.txt': 'x\n' }, 'dropped.tgz');
  const onDisk = path.join(path.dirname(folder), file.name);
  writeFileSync(onDisk, file.buffer);
  await logIn(page);
  await page.getByTestId('new-workspace').click();
  await drop(page, [folder]);
  await expect(page.getByTestId('source-import')).toBeChecked();
  await expect(page.getByTestId('import-chosen')).toContainText('3 files');
  await drop(page, [onDisk]);
  await expect(page.getByTestId('import-chosen')).toContainText('dropped.tgz');
  await page.getByTestId('provision-next').click();
  await expect(page.getByTestId('provision-name')).toHaveValue('dropped');
  await page.getByTestId('provision-name').fill('a name of its own');
  // Something else, when one is about to make it: the name that a person gave stays.
  await drop(page, [folder]);
  await expect(page.getByTestId('import-chosen')).toContainText('project');
  await page.getByTestId('provision-next').click();
  await expect(page.getByTestId('provision-name')).toHaveValue('a name of its own');
  await page.getByTestId('provision-submit').click();
  await expect(page.getByTestId('workspace-name')).toHaveText('a name of its own');
  await expectMade(page, request, 'README.md');
});

test('what cannot be imported is refused with the reason', async ({ page, request }) => {
  const before = await workspaceIds(request);
  await logIn(page);
  await page.getByTestId('new-workspace').click();
  await page.getByTestId('source-import').click();
  const dialog = page.getByTestId('provision-dialog');
  const choose = page.getByTestId('import-archive-input');
  await choose.setInputFiles({ name: 'a.rar', mimeType: '', buffer: Buffer.from('Rar!') });
  await expect(dialog).toContainText('An archive ends in .zip');
  await choose.setInputFiles({ name: 'a.zip', mimeType: '', buffer: Buffer.alloc(0) });
  await expect(dialog).toContainText('There is nothing in it.');
  await choose.setInputFiles(archive({ 'fine.txt': 'x', '../evil.txt': 'x' }, 'hostile.tgz'));
  await page.getByTestId('provision-next').click();
  await page.getByTestId('provision-submit').click();
  await expect(dialog.getByRole('alert')).toContainText("'../evil.txt' leads out of the project");
  await expect(dialog.getByRole('alert')).toContainText('make the archive without it');
  expect(await workspaceIds(request)).toEqual(before);
  await page.getByTestId('provision-back').click();
  await expect(page.getByTestId('import-chosen')).toContainText('hostile.tgz');
});

test('sending is shown and stopped, and nothing is left of it', async ({ page, request }) => {
  const before = await workspaceIds(request);
  await logIn(page);
  const devtools = await page.context().newCDPSession(page);
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 };
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', slow);
  await page.getByTestId('new-workspace').click();
  await page.getByTestId('source-import').click();
  await page
    .getByTestId('import-archive-input')
    .setInputFiles(archive({ 'large.bin': randomBytes(20_000_000) }, 'large.tgz'));
  await page.getByTestId('provision-next').click();
  await page.getByTestId('provision-submit').click();
  const progress = page.getByTestId('provision-progress');
  await expect(progress).toContainText(/Sending… .* of 19\.1 MB/);
  await expect(page.getByRole('progressbar', { name: 'Sent' })).toBeVisible();
  await look(page, 'import-sending');
  await page.getByTestId('provision-cancel').click();
  await expect(progress).toBeHidden();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByTestId('provision-submit')).toBeEnabled();
  expect(await workspaceIds(request)).toEqual(before);
});

for (const [colorScheme, width] of kLook) {
  test(`the import in the ${colorScheme} theme at ${width} px`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await logIn(page);
    await page.getByTestId('new-workspace').click();
    await page.getByTestId('source-import').click();
    await look(page, `import-nothing-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
    const name = 'a-project-with-quite-a-long-name-of-a-release-candidate-1.0.0-rc.12.tar.gz';
    await page.getByTestId('import-archive-input').setInputFiles(archive({ a: 'x' }, name));
    await expect(page.getByTestId('import-chosen')).toContainText('a-project');
    await look(page, `import-chosen-${colorScheme}-${width}`);
    expect(await violations(page)).toEqual([]);
    const inner = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(inner).toBeLessThanOrEqual(width);
  });
}
