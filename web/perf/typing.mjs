// How long a typed letter takes while four agents edit: until it is in the document, and until the
// frame with it is drawn (a frame comes every 16.7 ms, so half of one is waiting). The agents, the
// server and the browser share the machine's cores here.

import { note, percentile, report } from '../../tests/bench/figures.mjs';
import { within } from './budget.mjs';
import { profiled } from './profile.mjs';
import { call, isLive, provision, rehearsal, withBrowser } from './studio.mjs';

const kLetters = 400;
const kPauseMs = 25;
const kAgents = ['claude', 'gemini', 'codex', 'kimi'];
/// Fewer than a task's turns, and long enough to last.
const kEdits = 180;
/// Between an agent's edits: still quicker than any model, and as quick as the loop goes.
const kBusyMs = 500;
const kFlatOutMs = 100;

export async function measureTyping() {
  await measureBeside([], 0, 'nobody else at work');
  await measureBeside(kAgents, kBusyMs, 'four agents, some 7 edits a second');
  await measureBeside(kAgents, kFlatOutMs, 'four agents, some 25 edits a second');
}

async function measureBeside(agents, pauseMs, words) {
  const workspace = await provision('typing');
  const line = (at) => `export const value${at} = compute(${at}, "text ${at}");\n`;
  const text = Array.from({ length: 2_000 }, (_, at) => line(at)).join('');
  await call(workspace, 'files.create', { path: 'mine.ts', text });
  await withBrowser(async (page, context) => {
    await page.goto(workspace.link);
    await isLive(page);
    await page.getByTestId('file-mine.ts').click();
    await page.locator('.cm-line').first().click();
    await page.evaluate(watchKeys);
    for (const agent of agents) await call(workspace, 'tasks.submit', edits(agent, pauseMs));
    await profiled(page, context, async () => {
      for (let letter = 0; letter < kLetters; letter++) {
        await page.keyboard.press(letter % 40 === 39 ? 'Enter' : 'x');
        await page.waitForTimeout(kPauseMs);
      }
    });
    const { tasks } = await call(workspace, 'tasks.list', {});
    const ended = tasks.filter(({ state }) => state === 'succeeded').length;
    const busy = tasks.filter(({ state }) => state === 'running' || state === 'waiting').length;
    if (ended + busy !== agents.length) throw new Error('an agent has failed or never begun');
    if (ended > 0) note(`${ended} of the agents were done before the last letter`);
    const { applied, drawn } = await page.evaluate(() => window.keyTimes);
    const sorted = (times) => times.toSorted((a, b) => a - b);
    note(`${applied.length} letters, ${words}`);
    // Half of the letters tell whether the page is slow; the slowest also, whether a core was free.
    within('letter in the document, p50', percentile(sorted(applied), 0.5), 'ms', 16);
    report('letter in the document, p99', percentile(sorted(applied), 0.99), 'ms', 16);
    report('letter on the screen, p50', percentile(sorted(drawn), 0.5), 'ms', undefined);
    report('letter on the screen, p99', percentile(sorted(drawn), 0.99), 'ms', undefined);
  });
}

function edits(agent, pauseMs) {
  const path = `work/${agent}.ts`;
  const steps = Array.from({ length: kEdits }, (_, at) => [
    { tool: 'write_file', input: { path, text: `// ${agent}, draft ${at}\n`.repeat(at + 1) } },
    { pause_ms: pauseMs },
  ]);
  return { agent, prompt: rehearsal(steps.flat()) };
}

/// Runs in the page.
function watchKeys() {
  const times = { applied: [], drawn: [] };
  window.keyTimes = times;
  let pressed = 0;
  const content = document.querySelector('[data-testid="code-editor"]').shadowRoot;
  new MutationObserver(() => {
    if (pressed === 0) return;
    times.applied.push(performance.now() - pressed);
    pressed = 0;
  }).observe(content, { subtree: true, childList: true, characterData: true });
  window.addEventListener(
    'keydown',
    (event) => {
      const start = event.timeStamp;
      pressed = start;
      requestAnimationFrame(() => {
        const drawn = new MessageChannel();
        drawn.port1.onmessage = () => times.drawn.push(performance.now() - start);
        drawn.port2.postMessage(0);
      });
    },
    { capture: true },
  );
}
