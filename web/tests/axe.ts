import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

const kRules = {
  all: {},
  colours: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
};

/** On return what comes and goes has come or gone; what turns for ever does so. */
async function standsStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

/** What axe finds in a part of the page, of any impact; in all of it by default. */
export async function violations(
  page: Page,
  rules: keyof typeof kRules = 'all',
  part?: string,
): Promise<string[]> {
  await standsStill(page);
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axeSource);
  const where = part === undefined ? 'document' : JSON.stringify({ include: [[part]] });
  const run = `axe.run(${where}, ${JSON.stringify(kRules[rules])})`;
  const results = (await page.evaluate(run)) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
  );
}
