import { imagesOf, wordsWith } from '../model/pictures';
import { budgetOf, type Slash } from '../model/slash';
import { isOver, isUnderWay } from '../model/tasks';
import { Failure } from '../net/failure';
import type { TaskInfo } from '../protocol/entities';
import { showPanel } from './layout';
import type { Picture } from './pictures';
import { ask } from './prompts';
import { openReview } from './reviewActions';
import type { WorkspaceSession } from './session';
import { askUndo } from './taskActions';
import { showToast } from './toasts';

type Command = Extract<Slash, { kind: 'command' }>;

/** What becomes of the draft: it goes, or makes place for another. */
export type SlashEnd = { draft: string };

const kDone: SlashEnd = { draft: '' };

/** Does what a slash command says; rejects with a Failure where it cannot. */
export async function runSlash(
  session: WorkspaceSession,
  { command, names, text: typed }: Command,
  pictures: Picture[],
): Promise<SlashEnd> {
  const text = command.shows === true ? wordsWith(pictures.length, typed) : typed;
  const agents = meant(session, names);
  switch (command.name) {
    case 'stop':
      await each(session, 'tasks.cancel', underWay(session, agents), 'cancelled');
      return kDone;
    case 'pause':
      await each(session, 'tasks.pause', underWay(session, agents), 'asked to stand still');
      return kDone;
    case 'resume':
      await each(session, 'tasks.resume', held(session, agents), 'told to go on');
      return kDone;
    case 'steer':
      await steer(session, agents, text, pictures);
      return kDone;
    case 'review':
      openReview(newest(session, agents).id);
      return kDone;
    case 'undo':
      askUndo(session, newest(session, agents));
      return kDone;
    case 'compare':
      ask({ kind: 'answers', group: newestGroup(session) });
      return kDone;
    case 'all':
      if (text === '') throw needs('/all needs something to ask');
      await session.call('messages.send', { to: ['all'], text, ...imagesOf(pictures) });
      return kDone;
    case 'cost':
      showPanel(session.layout, 'cost');
      return kDone;
    case 'budget':
      await setBudget(session, names, agents, text);
      return kDone;
    case 'clear':
      return kDone;
    case 'help':
      return { draft: '/' };
  }
}

function needs(message: string, hint = 'Type / to see what each command takes.'): Failure {
  return new Failure('invalid', message, hint);
}

/** Names of agents and roles; nobody named is everybody. */
function meant(session: WorkspaceSession, names: string[]): string[] {
  const agents = session.state.get()?.agents ?? [];
  if (names.length === 0 || names.includes('all')) return agents.map(({ name }) => name);
  const found = agents.filter(
    ({ name, role }) => names.includes(name) || (role !== undefined && names.includes(role)),
  );
  const known = new Set(found.flatMap(({ name, role }) => [name, role ?? name]));
  const nobody = names.find((name) => !known.has(name));
  if (nobody !== undefined) throw needs(`@${nobody} is no agent and no role`);
  return found.map(({ name }) => name);
}

function tasksOf(session: WorkspaceSession, agents: string[]): TaskInfo[] {
  return (session.state.get()?.tasks ?? []).filter(({ agent }) => agents.includes(agent));
}

function underWay(session: WorkspaceSession, agents: string[]): TaskInfo[] {
  return tasksOf(session, agents).filter(isUnderWay);
}

function held(session: WorkspaceSession, agents: string[]): TaskInfo[] {
  return tasksOf(session, agents).filter(
    (task) => task.state === 'paused' || (!isOver(task) && task.pause_requested_by !== undefined),
  );
}

function newest(session: WorkspaceSession, agents: string[]): TaskInfo {
  const task = tasksOf(session, agents).findLast(({ state }) => state !== 'queued');
  if (task === undefined) throw needs('There is no task that has begun', 'Ask an agent first.');
  return task;
}

function newestGroup(session: WorkspaceSession): string {
  const group = session.state.get()?.tasks.findLast((task) => task.group !== undefined)?.group;
  if (group === undefined) {
    throw needs('Several agents have not been asked the same yet', 'Write to several, or to @all.');
  }
  return group;
}

async function each(
  session: WorkspaceSession,
  method: 'tasks.cancel' | 'tasks.pause' | 'tasks.resume',
  tasks: TaskInfo[],
  done: string,
): Promise<void> {
  if (tasks.length === 0)
    throw needs('There is no such task', 'The task list shows what there is.');
  await Promise.all(tasks.map(({ id }) => session.call(method, { id })));
  const count = `${tasks.length} ${tasks.length === 1 ? 'task is' : 'tasks are'}`;
  showToast({ tone: 'success', text: `${count} ${done}` });
}

async function steer(
  session: WorkspaceSession,
  agents: string[],
  text: string,
  pictures: Picture[],
): Promise<void> {
  if (text === '') throw needs('/steer needs something to say');
  const tasks = underWay(session, agents);
  if (tasks.length === 0) throw needs('Nobody of them works just now', 'Send it as a message.');
  await Promise.all(
    tasks.map(({ id }) => session.call('tasks.steer', { id, text, ...imagesOf(pictures) })),
  );
  const heard = tasks.map(({ agent }) => `@${agent}`).join(', ');
  showToast({ tone: 'success', text: `${heard} will hear it in the next call of the model` });
}

async function setBudget(
  session: WorkspaceSession,
  names: string[],
  agents: string[],
  text: string,
): Promise<void> {
  const amount = budgetOf(text);
  if (amount === null) throw needs('/budget needs dollars, such as 5 or 0.50, or none');
  const scopes = names.length === 0 ? ['workspace'] : agents.map((name) => `agent:${name}`);
  const limit = amount === 'none' ? {} : { limit_usd: amount };
  await Promise.all(scopes.map((scope) => session.call('cost.set_budget', { scope, ...limit })));
  const words = amount === 'none' ? 'No limit any more' : `At most $${amount}`;
  showToast({
    tone: 'success',
    text: `${words} for ${scopes.join(', ').replaceAll('agent:', '@')}`,
  });
}
