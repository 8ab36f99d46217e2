import { beginTour, isOver, kQuestion, type StepName } from '../model/tour';
import type { Command } from './commands';
import { showPanel } from './layout';
import { tourProgress } from './preferences';
import type { WorkspaceSession } from './session';

export function startTour(session: WorkspaceSession): void {
  tourProgress.set(beginTour(session.id, session.state.get()?.seq ?? 0));
}

/** Hides it; the palette brings it back where it was. */
export function leaveTour(): void {
  tourProgress.update((before) => (before === null ? before : { ...before, off: true }));
}

/** Not now and not again by itself: somebody who knows the studio needs no offer. */
export function declineTour(session: WorkspaceSession): void {
  tourProgress.set({ ...beginTour(session.id, 0), off: true });
}

export function skipStep(): void {
  tourProgress.update((before) =>
    before === null ? before : { ...before, step: before.step + 1 },
  );
}

export function tourCommands(session: WorkspaceSession): Command[] {
  const progress = tourProgress.get();
  const open = progress !== null && progress.workspace === session.id && !isOver(progress);
  const start: Command = {
    id: 'tour.start',
    title: open ? 'Begin the tour again' : 'Take the tour of five minutes',
    section: 'Help',
    run: () => startTour(session),
  };
  if (!open || !progress.off) return [start];
  const go: Command = {
    id: 'tour.resume',
    title: 'Go on with the tour',
    section: 'Help',
    run: () => tourProgress.set({ ...progress, off: false }),
  };
  return [go, start];
}

/** What a step's button does. */
export function doStep({ layout }: WorkspaceSession, name: StepName, agent: string): void {
  if (name === 'look') showPanel(layout, 'log');
  else if (name === 'cost') showPanel(layout, 'cost');
  else if (name === 'undo') showPanel(layout, 'queue');
  else if (name === 'ask') {
    showPanel(layout, 'chat');
    window.dispatchEvent(new CustomEvent('studio:compose', { detail: `@${agent} ${kQuestion}` }));
  }
}
