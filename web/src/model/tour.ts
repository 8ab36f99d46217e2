import type { WireEvent } from '../protocol/events';

/** How far a person is: the steps before `step` are done; `off` while it is put away. */
export interface TourProgress {
  workspace: string;
  /** What happened up to it is no part of the tour. */
  from: number;
  step: number;
  off: boolean;
}

export type StepName = 'ask' | 'lock' | 'look' | 'cost' | 'undo';

export interface TourStep {
  name: StepName;
  title: string;
  text: string;
  /** What the button does, where the step is not only to watch. */
  action?: string;
  /** The part of the page that it is about, and the pane that has it on a small screen. */
  target: string;
  pane: 'files' | 'chat' | 'activity';
}

/** Each uses the workspace that is open, with real tasks, locks and files. */
export const kTour: readonly TourStep[] = [
  {
    name: 'ask',
    title: 'Ask an agent',
    text: 'A message to an agent becomes a task in its queue. Send the one that is prepared, or write your own.',
    action: 'Put a question into the chat',
    target: '.composer-box',
    pane: 'chat',
  },
  {
    name: 'lock',
    title: 'Watch the lock',
    text: 'Before an agent writes a file it takes the file’s lock, so that nobody writes over anybody. The tree shows who has it; many last only a moment.',
    target: '.panel.files',
    pane: 'files',
  },
  {
    name: 'look',
    title: 'See what changed',
    text: 'Every edit is in the log, by whom, before and after. Files that agents change are marked in the tree and open in the editor.',
    action: 'Show the log',
    target: '[data-testid="dock-log"]',
    pane: 'activity',
  },
  {
    name: 'cost',
    title: 'See what it costs',
    text: 'Each call of a model is counted with its tokens and price. Budgets make agents wait before they pass them.',
    action: 'Show the cost',
    target: '[data-testid="dock-cost"]',
    pane: 'activity',
  },
  {
    name: 'undo',
    title: 'Take it back',
    text: 'What a task did can be undone, and only that. The arrow on its card in the tasks shows what is left of it; taking it back makes a checkpoint first.',
    action: 'Show the tasks',
    target: '[data-testid="dock-queue"]',
    pane: 'activity',
  },
];

export const kQuestion = 'Please leave a short note about this project under notes/.';

export function beginTour(workspace: string, seq: number): TourProgress {
  return { workspace, from: seq, step: 0, off: false };
}

/** What of the page counts beside what happened. */
export interface Seen {
  /** The tab of the activity, where it is open. */
  tab: string | undefined;
}

function happened(name: StepName, event: WireEvent): boolean {
  switch (name) {
    case 'ask':
      return event.type === 'task_queued' && event.actor.startsWith('user:');
    case 'lock':
      return event.type === 'lock_acquired' && event.actor.startsWith('agent:');
    case 'undo':
      return event.type === 'tree_restored' && event.actor.startsWith('user:');
    default:
      return false;
  }
}

/** Whether what the step is about has been done or seen since the tour began. */
export function isDone(name: StepName, from: number, log: WireEvent[], seen: Seen): boolean {
  if (name === 'look') return seen.tab === 'log';
  if (name === 'cost') return seen.tab === 'cost';
  return log.some((event) => event.seq > from && happened(name, event));
}

/** On to the first step that is not done yet; the same object where that is the present one. */
export function advance(progress: TourProgress, log: WireEvent[], seen: Seen): TourProgress {
  let { step } = progress;
  // One step at a time for what is only looked at: a tab that is open from before is no look.
  const name = kTour[step]?.name;
  if (name !== undefined && isDone(name, progress.from, log, seen)) ++step;
  return step === progress.step ? progress : { ...progress, step };
}

export function isOver({ step }: TourProgress): boolean {
  return step >= kTour.length;
}
