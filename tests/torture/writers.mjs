// Random work on one workspace: files of one's own and files of all, locks, messages and tasks.

import { sha256 } from '../lib/log.mjs';
import { kAgents, pause, rehearse, say, writeFile } from '../lib/rehearsal.mjs';
import { RpcError } from '../lib/rpc.mjs';
import { sleep } from './random.mjs';

const kOwnWriters = 2;
const kSharedFiles = 3;
const kLargeBytes = 300_000;
const kSmallBytes = 4_000;
const kPauseMs = [15, 90];
const kErrandPauseMs = [400, 1_500];
const kRetryMs = 60;

/// Works until the workspace is retired.
export function startWriters(world, subject, draw) {
  const jobs = [errands(world, subject, draw), sharedWriter(world, subject, draw, 0)];
  jobs.push(sharedWriter(world, subject, draw, 1));
  for (let i = 0; i < kOwnWriters; ++i) jobs.push(ownWriter(world, subject, draw, `own${i}`));
  return Promise.all(jobs);
}

/// Repeats `step`. After a failure the next node is asked, as a client does that does not know who
/// serves; what is no refusal and no broken connection ends the program.
async function repeat(world, subject, draw, pauseMs, step) {
  while (!subject.retired) {
    await subject.work(async () => {
      if (subject.retired) return;
      const owner = subject.owner;
      try {
        await step();
      } catch (error) {
        if (!isAnswer(error)) throw error;
        if (!(error.kind === 'conflict' || error.kind === 'locked')) {
          turnFrom(world, subject, owner);
          await sleep(kRetryMs);
        }
      }
    });
    await sleep(draw.between(...pauseMs));
  }
}

/// A refusal, an HTTP error, a connection that broke.
export function isAnswer(error) {
  return error instanceof RpcError || error.code !== undefined || /HTTP/.test(error.message);
}

function turnFrom(world, subject, node) {
  if (subject.owner !== node) return;
  const others = world.live;
  if (others.length > 0) subject.owner = others[(others.indexOf(node) + 1) % others.length];
}

function textOf(draw, what) {
  const bytes = draw.chance(0.03) ? kLargeBytes : kSmallBytes;
  const line = `${draw.next()} `;
  return `${what}\n${line.repeat(1 + draw.below(bytes / line.length))}\n`;
}

/// Files that nobody else touches. One whose fate is not known is left alone from then on.
function ownWriter(world, subject, draw, name) {
  const files = new Map();
  let count = 0;
  const put = (file) => {
    const text = textOf(draw, `${name} ${count++}`);
    const key = (op) => `${op} ${file} ${sha256(text)}`;
    return { text, key };
  };
  const create = async () => {
    const file = `${name}/${draw.below(9)}/${count}.txt`;
    const { text, key } = put(file);
    const { version } = await subject.change(key('create'), 'files.create', { path: file, text });
    files.set(file, version);
  };
  const change = async (file, base_version) => {
    const { text, key } = put(file);
    const params = { path: file, text, base_version };
    const { version } = await subject.change(key('write'), 'files.write', params);
    files.set(file, version);
  };
  const move = async (file, base_version) => {
    const to = `${name}/moved/${count++}.txt`;
    const params = { path: file, to, base_version };
    const { version } = await subject.change(`move ${file} ${to}`, 'files.move', params);
    files.set(to, version);
  };
  const remove = (file, base_version) => {
    return subject.change(`remove ${file}`, 'files.remove', { path: file, base_version });
  };
  return repeat(world, subject, draw, kPauseMs, async () => {
    if (files.size === 0 || draw.chance(0.4)) return create();
    const [file, version] = draw.of([...files]);
    files.delete(file);
    return draw.of([change, change, change, move, remove])(file, version);
  });
}

/// Files that several write: under a lock, on top of what is there.
function sharedWriter(world, subject, draw, me) {
  let count = 0;
  return repeat(world, subject, draw, kErrandPauseMs, async () => {
    const file = `shared/${draw.below(kSharedFiles)}.txt`;
    const text = textOf(draw, `shared by ${me}, ${count++}`);
    const there = await subject.ask('files.read', { path: file }).catch((error) => {
      if (error.kind === 'not_found') return undefined;
      throw error;
    });
    if (there === undefined) {
      const key = `create ${file} ${sha256(text)}`;
      await subject.change(key, 'files.create', { path: file, text });
      return;
    }
    const wanted = { path: file, mode: 'write', timeout_ms: 1500, lease_ms: 10_000 };
    const lockKey = ({ token }) => `lock ${file} ${token}`;
    const { token } = await subject.change(lockKey, 'locks.acquire', wanted);
    try {
      const { version } = await subject.ask('files.read', { path: file });
      const params = { path: file, text, base_version: version, lock: token };
      await subject.change(`write ${file} ${sha256(text)}`, 'files.write', params);
    } finally {
      await subject.ask('locks.release', { path: file, token }).catch(() => {});
    }
  });
}

/// Messages to agents and tasks for them.
function errands(world, subject, draw) {
  let count = 0;
  const submitted = async (answer) => subject.tasks.push(...(await answer).tasks.map((t) => t.id));
  return repeat(world, subject, draw, kErrandPauseMs, async () => {
    const number = count++;
    if (draw.chance(0.5)) {
      const text = `message ${number} of ${subject.name}`;
      const params = { to: [draw.of(kAgents)], text };
      await submitted(subject.change(`say ${text}`, 'messages.send', params));
      return;
    }
    const file = writeFile(`agents/${number}.txt`, textOf(draw, `task ${number}`));
    const prompt = rehearse(pause(draw.below(800)), file, say('done'));
    const key = ({ tasks }) => `task ${tasks[0].id}`;
    await submitted(subject.change(key, 'tasks.submit', { agent: draw.of(kAgents), prompt }));
  });
}
