import path from 'node:path';
import type { Page } from '@playwright/test';

/** Themes and widths in which a part is looked at. */
export const kLook = [
  ['light', 1440],
  ['dark', 1440],
  ['light', 360],
  ['dark', 360],
] as const;

/** A picture for whoever asks for pictures: CODITECT_LOOK is the folder they go to. */
export async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['CODITECT_LOOK'];
  if (folder !== undefined) await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
