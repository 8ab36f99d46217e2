// Where the time of a page's main thread goes: what the browser does, and which functions run.
// Only with BENCH_PROFILE=1, because looking costs time itself. The functions have names in a
// studio that was built by `npx vite build --minify false`.

import { note } from '../../tests/bench/figures.mjs';

const kShown = 25;
const kTasks = ['Layout', 'UpdateLayoutTree', 'PrePaint', 'Paint', 'FunctionCall', 'EventDispatch'];

/// Runs `work`, and says what the page did meanwhile where that is asked for.
export async function profiled(page, context, work) {
  if (process.env.BENCH_PROFILE !== '1') return work();
  const tools = await context.newCDPSession(page);
  const events = [];
  tools.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await tools.send('Profiler.enable');
  await tools.send('Profiler.setSamplingInterval', { interval: 200 });
  await tools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline'] },
  });
  await tools.send('Profiler.start');
  const result = await work();
  const { profile } = await tools.send('Profiler.stop');
  const complete = new Promise((resolve) => tools.once('Tracing.tracingComplete', resolve));
  await tools.send('Tracing.end');
  await complete;
  sayTasks(events);
  sayFunctions(profile);
  return result;
}

function sayTasks(events) {
  for (const name of kTasks) {
    const found = events.filter((event) => event.name === name && event.dur !== undefined);
    const ms = found.reduce((sum, { dur }) => sum + dur / 1_000, 0);
    note(`  ${ms.toFixed(0).padStart(6)} ms in ${found.length} × ${name}`);
  }
}

/// Own time and that of what it calls, by function; a function within itself counts once.
function sayFunctions({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((c) => [c, id])));
  const nameOf = ({ callFrame }) =>
    `${callFrame.functionName || '(anonymous)'} ${callFrame.url.split('/').at(-1)}:${callFrame.lineNumber}`;
  const own = new Map();
  const all = new Map();
  const add = (times, name, ms) => times.set(name, (times.get(name) ?? 0) + ms);
  samples.forEach((id, at) => {
    const ms = (timeDeltas[at] ?? 0) / 1_000;
    const seen = new Set();
    for (let node = byId.get(id); node !== undefined; node = byId.get(parents.get(node.id))) {
      const name = nameOf(node);
      if (seen.size === 0) add(own, name, ms);
      if (!seen.has(name)) add(all, name, ms);
      seen.add(name);
    }
  });
  for (const [title, times] of [
    ['own', own],
    ['with what they call', all],
  ]) {
    note(`  functions by time, ${title}:`);
    const sorted = [...times].toSorted((a, b) => b[1] - a[1]).slice(0, kShown);
    for (const [name, ms] of sorted) note(`  ${ms.toFixed(0).padStart(6)} ms ${name}`);
  }
}
