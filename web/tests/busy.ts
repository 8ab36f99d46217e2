import { expect, give, rehearsal, type Studio } from './studio';

/** The tasks of a workspace in which everybody has something to do. */
export interface Busy {
  /** Of claude, over: changed src/story.ts and made made.txt. */
  done: string;
  /** Of claude, under way: holds src/app.ts. */
  holds: string;
  /** Of codex: waits for the lock of claude. */
  locked: string;
  /** Of gemini: asks a person. */
  asks: string;
  /** Of kimi, in line behind what it does. */
  queued: string;
  /** Of gemini, in line: begins after `queued`. */
  after: string;
}

const kStory = Array.from({ length: 40 }, (_, at) => `const v${at + 1} = ${at + 1};`).join('\n');
/** The longest that a rehearsal may stand still, several times. */
const kLong = Array.from({ length: 10 }, () => ({ pause_ms: 60_000 }));
const edit = (path: string, old: string, text: string): object => ({
  tool: 'edit_file',
  input: { path, old, new: text },
});

/** Four agents at work: one holds a lock, one waits for it, one asks, one has a line. */
export async function makeBusy(studio: Studio): Promise<Busy> {
  const play = (agent: string, text: string, steps: object[], more: object = {}) =>
    give(studio, agent, rehearsal(text, steps), more);
  const becomes = (id: string, state: string, waitsFor = ''): Promise<void> =>
    expect
      .poll(
        async () => {
          const task = await studio.rpc<{ state: string; waits_for?: string }>('tasks.get', { id });
          return `${task.state} ${task.waits_for ?? ''}`;
        },
        { timeout: 30_000 },
      )
      .toContain(`${state} ${waitsFor}`);

  await studio.rpc('files.create', { path: 'README.md', text: '# The parser\n\nIt parses.\n' });
  await studio.rpc('files.create', { path: 'src/story.ts', text: `${kStory}\n` });
  await studio.rpc('files.create', {
    path: 'src/app.ts',
    text: 'export function start(port: number) {\n  return listen(port);\n}\n',
  });
  await studio.rpc('files.create', {
    path: 'src/parser/a-table-of-rather-long-names.ts',
    text: '',
  });
  const done = await play('claude', 'Rename the third value, and note what was made.', [
    { tool: 'read_file', input: { path: 'src/story.ts' } },
    edit('src/story.ts', 'const v3 = 3;', 'const three = 3;'),
    { tool: 'write_file', input: { path: 'made.txt', text: 'made\nby claude\n' } },
    { say: 'The value is called `three` now, as in **the issue**.' },
  ]);
  await becomes(done, 'succeeded');
  const holds = await play('claude', 'Let the server listen on a port of its own.', [
    { tool: 'lock_files', input: { path: 'src/app.ts' } },
    edit('src/app.ts', 'listen(port)', 'listen(port ?? 0)'),
    ...kLong,
    { say: 'Done.' },
  ]);
  await becomes(holds, 'running');
  await expect
    .poll(async () => JSON.stringify(await studio.rpc('locks.list', {})))
    .toContain('src/app.ts');
  const locked = await play('codex', 'Say on which port it listens.', [
    edit('src/app.ts', '}\n', '}\n// says so\n'),
    { say: 'Done.' },
  ]);
  await becomes(locked, 'waiting', 'lock');
  await studio.rpc('approvals.set_policy', { mode: 'ask' });
  const asks = await play('gemini', 'Mend the heading of the README.', [
    edit('README.md', '# The parser', '# The parser of tables'),
    { say: 'Done.' },
  ]);
  await becomes(asks, 'waiting', 'approval');
  await play('kimi', 'Look the tests over.', [...kLong, { say: 'Done.' }]);
  const queued = await play('kimi', 'Write what changed into the changelog.', [{ say: 'Done.' }]);
  const after = await play('gemini', 'Translate it.', [{ say: 'Done.' }], { depends_on: [queued] });
  return { done, holds, locked, asks, queued, after };
}
