import { useCallback, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import type { WorkspaceSession } from '../../actions/session';
import { runSlash } from '../../actions/slashActions';
import { showFailure } from '../../actions/toasts';
import { rolesOf, withoutLeadingMentions, withPaths } from '../../model/mentions';
import { parseSlash } from '../../model/slash';
import { IconButton, Kbd } from '../../ui/controls';
import { useWhyNot } from '../../ui/RoleContext';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { MentionList } from './MentionList';
import { TargetButtons } from './TargetButtons';
import { useCompose } from './useCompose';
import { useMention, type Draft, type Mention } from './useMention';
import { useTargets } from './useTargets';

const kTextCharsMax = 100_000;
/** In a copy of the project, which is merged at the task's end. */
const kApart = { worktree: 'merge' } as const;
const kNothing: Draft = { text: '', cursor: 0 };

/** Says `text` to agents, its names left out and its files as paths. */
async function sendMessage(
  session: WorkspaceSession,
  text: string,
  to: string[],
  apart: boolean,
): Promise<void> {
  const { agents = [], files = null } = session.state.get() ?? {};
  const names = agents.map(({ name }) => name);
  const said = withoutLeadingMentions(text, names, rolesOf(agents));
  const isFile = (path: string): boolean => files?.[path]?.kind === 'file';
  const message = withPaths(said, isFile);
  await session.call('messages.send', { to, text: message, ...(apart && kApart) });
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
  const blank = draft.text.trim() === '';
  const slash = parseSlash(draft.text);
  const aimless = slash === null && targets.names.length === 0;
  const unable = blank || aimless || slash?.kind === 'unknown' || sending;

  const send = async (): Promise<void> => {
    if (unable) return;
    setSending(true);
    try {
      if (slash?.kind === 'command') {
        const { draft: text } = await runSlash(session, slash);
        place({ text, cursor: text.length });
        return;
      }
      await sendMessage(session, draft.text, targets.names, apart);
      setApart(false);
      targets.pick(targets.names);
      place(kNothing);
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
      <div className="composer-box">
        <DraftInput
          input={input}
          draft={draft}
          mention={mention}
          onDraft={setDraft}
          onSend={send}
        />
        <div className="composer-foot">
          <TargetButtons agents={names} targets={targets} />
          <ApartButton apart={apart} onChange={setApart} />
          <IconButton
            icon="send"
            needs="editor"
            label={aimless ? 'Pick an agent first' : slash === null ? 'Send' : 'Run'}
            disabled={unable}
            onClick={() => void send()}
            data-testid="composer-send"
          />
        </div>
      </div>
      <Hint
        asksNobody={!blank && aimless}
        unknown={slash?.kind === 'unknown' ? slash.name : null}
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

function DraftInput(props: {
  input: RefObject<HTMLTextAreaElement | null>;
  draft: Draft;
  mention: Mention;
  onDraft: (draft: Draft) => void;
  onSend: () => Promise<void>;
}) {
  const { draft, mention } = props;
  const open = mention.options.length > 0;
  const why = useWhyNot('editor');
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || mention.takesKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void props.onSend();
    }
  };
  return (
    <textarea
      ref={props.input}
      value={draft.text}
      rows={Math.min(8, Math.max(2, draft.text.split('\n').length))}
      maxLength={kTextCharsMax}
      placeholder={why ?? 'Ask an agent… @ for agents and files, / for commands'}
      disabled={why !== undefined}
      aria-label="Message to the agents"
      aria-autocomplete="list"
      aria-controls={open ? 'mentions' : undefined}
      aria-activedescendant={open ? `mention-${mention.choice}` : undefined}
      onChange={({ target }) => {
        props.onDraft({ text: target.value, cursor: target.selectionStart });
        mention.reset();
      }}
      onSelect={({ currentTarget }) =>
        props.onDraft({ text: currentTarget.value, cursor: currentTarget.selectionStart })
      }
      onKeyDown={onKeyDown}
      data-testid="composer-input"
    />
  );
}

function Hint({ asksNobody, unknown }: { asksNobody: boolean; unknown: string | null }) {
  return (
    <p className="composer-hint faint" aria-live="polite">
      {unknown !== null ? (
        <span className="warn-text">
          There is no command /{unknown}. A space before it makes it a message.
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
