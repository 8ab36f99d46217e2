import { useEffect, useState } from 'react';
import {
  askAboutNotices,
  followNotices,
  noticeSettings,
  permission,
  showBadge,
  turnOnNotices,
  type Permission,
} from '../../actions/notifications';
import { attentionOf, titleOf } from '../../model/activity';
import { Dialog } from '../../ui/Dialog';
import { Button, IconButton } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';

/** Shows on the tab and the icon that somebody waits, and tells of it while the page is hidden. */
export function Attention() {
  const session = useSession();
  const name = useWorkspace((state) => state.workspace.name);
  const count = useWorkspace(attentionOf);
  const [open, setOpen] = useState(false);
  useEffect(() => followNotices(session), [session]);
  useEffect(() => {
    document.title = titleOf(name, count);
    showBadge(count);
  }, [name, count]);
  useEffect(() => () => showBadge(0), []);
  useEffect(() => {
    const show = (): void => setOpen(true);
    window.addEventListener('studio:notices', show);
    return () => window.removeEventListener('studio:notices', show);
  }, []);
  return open ? <NoticesDialog onClose={() => setOpen(false)} /> : null;
}

export function NoticesButton() {
  const { on } = useStore(noticeSettings);
  return (
    <IconButton
      icon="bell"
      size="small"
      label="Notifications"
      aria-pressed={on}
      onClick={askAboutNotices}
      data-testid="notices"
    />
  );
}

const WORDS: Record<Exclude<Permission, 'granted'>, string> = {
  default: 'The browser will ask once whether this page may.',
  denied: 'The browser does not let this page: allow notifications in the settings of this site.',
  absent: 'This browser has no notifications.',
};

const CHOICES = [
  { key: 'approvals', label: 'An agent asks for something' },
  { key: 'stuck', label: 'An agent is stuck' },
  { key: 'finished', label: 'A task has ended' },
] as const;

function NoticesDialog({ onClose }: { onClose: () => void }) {
  const settings = useStore(noticeSettings);
  const [allowed, setAllowed] = useState(permission());
  const on = settings.on && allowed === 'granted';
  const turn = async (): Promise<void> => {
    if (on) noticeSettings.update((before) => ({ ...before, on: false }));
    else setAllowed(await turnOnNotices());
  };
  return (
    <Dialog label="Notifications" onClose={onClose}>
      <div className="dialog-body">
        <h2>Notifications</h2>
        <p className="muted">
          While this page is hidden the browser tells you what waits for you.{' '}
          {allowed !== 'granted' && WORDS[allowed]}
        </p>
        <fieldset className="notice-choices" disabled={!on}>
          <legend className="faint">Tell me when</legend>
          {CHOICES.map(({ key, label }) => (
            <label key={key}>
              <input
                type="checkbox"
                checked={settings[key]}
                onChange={({ target }) =>
                  noticeSettings.update((before) => ({ ...before, [key]: target.checked }))
                }
              />
              {label}
            </label>
          ))}
        </fieldset>
        <div className="dialog-actions">
          <Button variant="ghost" onClick={onClose}>
            Close
          </Button>
          <Button
            variant={on ? 'plain' : 'primary'}
            disabled={allowed === 'absent' || allowed === 'denied'}
            onClick={() => void turn()}
            data-testid="notices-turn"
          >
            {on ? 'Turn off' : 'Turn on'}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
