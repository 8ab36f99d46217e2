import { noticeOf, type AttentionNotice, type NoticeSettings } from '../model/activity';
import type { Command } from './commands';
import { showPanel } from './layout';
import { openReview } from './reviewActions';
import type { WorkspaceSession } from './session';
import { stored } from './stored';

/** Off until a person turns it on by the button: a page that asks by itself is a nuisance. */
export const noticeSettings = stored<NoticeSettings>('coditect.notices', {
  on: false,
  approvals: true,
  stuck: true,
  finished: true,
});

export type Permission = 'granted' | 'denied' | 'default' | 'absent';

export function permission(): Permission {
  return typeof Notification === 'undefined' ? 'absent' : Notification.permission;
}

/** Asks the browser, and turns notices on where it lets them. */
export async function turnOnNotices(): Promise<Permission> {
  if (typeof Notification === 'undefined') return 'absent';
  const answer = await Notification.requestPermission();
  if (answer === 'granted') noticeSettings.update((before) => ({ ...before, on: true }));
  return answer;
}

export function askAboutNotices(): void {
  window.dispatchEvent(new Event('studio:notices'));
}

export function noticeCommands(): Command[] {
  return [{ id: 'notices', title: 'Notifications…', section: 'View', run: askAboutNotices }];
}

/** Tells what happens while the page is hidden; returns what ends it. */
export function followNotices(session: WorkspaceSession): () => void {
  let seen = session.state.get()?.seq ?? 0;
  return session.state.subscribe(() => {
    const state = session.state.get();
    if (state === null) return;
    const before = seen;
    seen = state.seq;
    // What was there when the page came is no news.
    if (before === 0 || !document.hidden || permission() !== 'granted') return;
    const first = state.log.findLastIndex(({ seq }) => seq <= before) + 1;
    for (const event of state.log.slice(first)) {
      const notice = noticeOf(event, noticeSettings.get(), state);
      if (notice !== null) show(session, notice);
    }
  });
}

function show(session: WorkspaceSession, notice: AttentionNotice): void {
  const shown = new Notification(notice.title, {
    body: notice.body,
    tag: `${session.id} ${notice.tag}`,
    icon: './icon.svg',
  });
  shown.onclick = () => {
    window.focus();
    shown.close();
    if (notice.opens === 'task' && notice.task !== undefined) openReview(notice.task);
    else showPanel(session.layout, notice.opens === 'approvals' ? 'approvals' : 'agents');
  };
}

/** The number beside the program's icon, where the browser has such a thing. */
export function showBadge(count: number): void {
  const done = count === 0 ? navigator.clearAppBadge?.() : navigator.setAppBadge?.(count);
  // A page that is not installed has no icon to put it on.
  done?.catch(() => undefined);
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (icon !== null) icon.href = count === 0 ? './icon.svg' : './icon-marked.svg';
}
