import { useCallback, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { showFailure } from '../../actions/toasts';
import { withoutLeadingMentions } from '../../model/mentions';
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

/** Where a person writes to the agents. Names in the text win over the ones picked below it. */
export function Composer() {
  const session = useSession();
  const agents = useWorkspace((state) => state.agents);
  const names = agents.map(({ name }) => name);
  const input = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(kNothing);
  const [sending, setSending] = useState(false);
  const [apart, setApart] = useState(false);

  const place = (next: Draft): void => {
    setDraft(next);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(next.cursor, next.cursor);
    });
  };
  const focus = useCallback(() => input.current?.focus(), []);
  const targets = useTargets(draft.text, names, focus);
  const mention = useMention(draft, names, place);
  useCompose((text) => place({ text, cursor: text.length }));
  const blank = draft.text.trim() === '';
  const aimless = targets.names.length === 0;

  const send = async (): Promise<void> => {
    if (blank || aimless || sending) return;
    setSending(true);
    try {
      const text = withoutLeadingMentions(draft.text, names);
      await session.call('messages.send', { to: targets.names, text, ...(apart && kApart) });
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
        <MentionList
          options={mention.options}
          choice={mention.choice}
          agents={agents}
          onChoose={mention.choose}
        />
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
          <SendButton aimless={aimless} disabled={sending || blank} onSend={() => void send()} />
        </div>
      </div>
      <Hint asksNobody={!blank && aimless} />
    </div>
  );
}

function SendButton(props: { aimless: boolean; disabled: boolean; onSend: () => void }) {
  return (
    <IconButton
      icon="send"
      needs="editor"
      label={props.aimless ? 'Pick an agent first' : 'Send'}
      disabled={props.disabled || props.aimless}
      onClick={props.onSend}
      data-testid="composer-send"
    />
  );
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
      placeholder={why ?? 'Ask an agent… @ picks one'}
      disabled={why !== undefined}
      aria-label="Message to the agents"
      aria-autocomplete="list"
      aria-controls={open ? 'mentions' : undefined}
      aria-activedescendant={open ? `mention-${mention.options[mention.choice]}` : undefined}
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

function Hint({ asksNobody }: { asksNobody: boolean }) {
  return (
    <p className="composer-hint faint" aria-live="polite">
      {asksNobody ? (
        <span className="warn-text">Whom do you ask? Write @name or pick one above.</span>
      ) : (
        <>
          <Kbd>Enter</Kbd> sends, <Kbd>Shift Enter</Kbd> starts a line
        </>
      )}
    </p>
  );
}
