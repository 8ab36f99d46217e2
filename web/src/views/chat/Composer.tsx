import { useCallback, useMemo, useRef, useState, type RefObject } from 'react';
import type { Picture } from '../../actions/pictures';
import type { WorkspaceSession } from '../../actions/session';
import { runSlash } from '../../actions/slashActions';
import { showFailure } from '../../actions/toasts';
import { rolesOf, withoutLeadingMentions, withPaths } from '../../model/mentions';
import { imagesOf, wordsWith } from '../../model/pictures';
import { parseSlash, type Slash } from '../../model/slash';
import type { AgentInfo } from '../../protocol/entities';
import { IconButton, Kbd } from '../../ui/controls';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { DraftInput } from './DraftInput';
import { MentionList } from './MentionList';
import { PictureButton } from '../pictures/PictureButton';
import { TargetButtons } from './TargetButtons';
import { useCompose } from './useCompose';
import { useMention, type Draft } from './useMention';
import { Unseen } from '../pictures/Unseen';
import { takesDrops, usePictures, type Pictures } from '../pictures/usePictures';
import { useTargets } from './useTargets';

/** In a copy of the project, which is merged at the task's end. */
const kApart = { worktree: 'merge' } as const;
const kNothing: Draft = { text: '', cursor: 0 };

interface Message {
  text: string;
  to: string[];
  pictures: Picture[];
  apart: boolean;
}

/** Says its text to agents, its names left out and its files as paths, and shows them pictures. */
async function sendMessage(session: WorkspaceSession, message: Message): Promise<void> {
  const { text, to, pictures, apart } = message;
  const { agents = [], files = null } = session.state.get() ?? {};
  const names = agents.map(({ name }) => name);
  const said = withoutLeadingMentions(text, names, rolesOf(agents));
  const isFile = (path: string): boolean => files?.get(path)?.kind === 'file';
  await session.call('messages.send', {
    to,
    text: wordsWith(pictures.length, withPaths(said, isFile)),
    ...imagesOf(pictures),
    ...(apart && kApart),
  });
}

/** Does what the draft says; what is to be in its place afterwards. */
async function sendDraft(
  session: WorkspaceSession,
  slash: Slash | null,
  message: Message,
): Promise<string> {
  if (slash?.kind === 'command') {
    const { draft } = await runSlash(session, slash, message.pictures);
    return draft;
  }
  await sendMessage(session, message);
  return kNothing.text;
}

/** Whether an agent is among those whom a draft is for. */
function meantBy(slash: Slash | null, targets: string[]): (agent: AgentInfo) => boolean {
  const meant = slash?.kind === 'command' ? slash.names : targets;
  return ({ name }) => meant.includes(name) || meant.includes('all');
}

/** What keeps a draft from being sent. */
function outlookOf(text: string, slash: Slash | null, names: string[], pictures: Pictures) {
  const shows = pictures.list.length > 0 || pictures.reading > 0;
  const blank = text.trim() === '' && !shows;
  const aimless = slash === null && names.length === 0;
  const unknown = slash?.kind === 'unknown';
  const showsInVain = slash?.kind === 'command' && slash.command.shows !== true && shows;
  const mute = unknown || showsInVain || pictures.reading > 0;
  return { showsInVain, blank, aimless, ready: !blank && !aimless && !mute };
}

/** Where a person writes to the agents. Names in the text win over the ones picked below it. */
export function Composer() {
  const session = useSession();
  const agents = useWorkspace((state) => state.agents);
  const names = agents.map(({ name }) => name);
  const roles = useMemo(() => rolesOf(agents), [agents]);
  const input = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(kNothing);
  const [sending, setSending] = useState(false);
  const [apart, setApart] = useState(false);
  const place = usePlace(input, setDraft);
  const focus = useCallback(() => input.current?.focus(), []);
  const targets = useTargets(draft.text, names, roles, focus);
  const mention = useMention(draft, agents, roles, place);
  useCompose((text) => place({ text, cursor: text.length }));
  const pictures = usePictures();
  const slash = parseSlash(draft.text);
  const outlook = outlookOf(draft.text, slash, targets.names, pictures);
  const { ready } = outlook;

  const send = async (): Promise<void> => {
    if (!ready || sending) return;
    setSending(true);
    try {
      const message = { text: draft.text, to: targets.names, pictures: pictures.list, apart };
      const text = await sendDraft(session, slash, message);
      pictures.clear();
      if (slash === null) {
        setApart(false);
        targets.pick(targets.names);
      }
      place({ text, cursor: text.length });
    } catch (thrown) {
      showFailure(thrown);
    } finally {
      setSending(false);
    }
  };

  return (
    <div className="composer">
      {mention.options.length > 0 && (
        <MentionList options={mention.options} choice={mention.choice} onChoose={mention.choose} />
      )}
      <div className="composer-box" {...takesDrops(pictures)}>
        <DraftInput
          input={input}
          draft={draft}
          mention={mention}
          onDraft={setDraft}
          onSend={send}
          pictures={pictures}
        />
        <div className="composer-foot">
          <TargetButtons agents={names} targets={targets} />
          <PictureButton onPictures={pictures.add} />
          <ApartButton apart={apart} onChange={setApart} />
          <SendButton
            label={outlook.aimless ? 'Pick an agent first' : slash === null ? 'Send' : 'Run'}
            disabled={!ready || sending}
            onClick={() => void send()}
          />
        </div>
      </div>
      <Unseen pictures={pictures} agents={agents.filter(meantBy(slash, targets.names))} />
      <Hint
        asksNobody={!outlook.blank && outlook.aimless}
        unknown={slash?.kind === 'unknown' ? slash.name : null}
        showsInVain={outlook.showsInVain}
      />
    </div>
  );
}

/** Puts a draft into the input, with the cursor where it belongs. */
function usePlace(
  input: RefObject<HTMLTextAreaElement | null>,
  setDraft: (draft: Draft) => void,
): (next: Draft) => void {
  return (next) => {
    setDraft(next);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(next.cursor, next.cursor);
    });
  };
}

function SendButton(props: { label: string; disabled: boolean; onClick: () => void }) {
  return <IconButton icon="send" needs="editor" {...props} data-testid="composer-send" />;
}

/** Whether what is sent next is done in a copy of the project. */
function ApartButton({ apart, onChange }: { apart: boolean; onChange: (apart: boolean) => void }) {
  return (
    <IconButton
      icon="branch"
      label={
        apart ? 'Works in a copy of its own, merged at its end' : 'Let it work in a copy of its own'
      }
      aria-pressed={apart}
      onClick={() => onChange(!apart)}
      data-testid="composer-apart"
    />
  );
}

function Hint(props: { asksNobody: boolean; unknown: string | null; showsInVain: boolean }) {
  const { asksNobody, unknown, showsInVain } = props;
  return (
    <p className="composer-hint faint" aria-live="polite">
      {unknown !== null ? (
        <span className="warn-text">
          There is no command /{unknown}. A space before it makes it a message.
        </span>
      ) : showsInVain ? (
        <span className="warn-text">
          This command takes no pictures. Leave out one or the other.
        </span>
      ) : asksNobody ? (
        <span className="warn-text">Whom do you ask? Write @name or pick one above.</span>
      ) : (
        <>
          <Kbd>Enter</Kbd> sends, <Kbd>Shift Enter</Kbd> starts a line
        </>
      )}
    </p>
  );
}
