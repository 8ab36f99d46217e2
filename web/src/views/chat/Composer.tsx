import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { showFailure } from '../../actions/toasts';
import { toneOf } from '../../model/format';
import { completeMention, mentionAt, targetsOf } from '../../model/mentions';
import { IconButton, Kbd } from '../../ui/controls';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { MentionList } from './MentionList';

const kTextCharsMax = 100_000;

/** Where a person writes to the agents. Names in the text win over the ones picked below it. */
export function Composer() {
  const session = useSession();
  const agents = useWorkspace((state) => state.agents);
  const names = agents.map(({ name }) => name);
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('');
  const [cursor, setCursor] = useState(0);
  const [picked, setPicked] = useState<string[]>([]);
  const [choice, setChoice] = useState(0);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const [sending, setSending] = useState(false);

  const mention = mentionAt(text, cursor);
  const options =
    mention === null || mention.from === dismissed
      ? []
      : [...names, 'all'].filter((name) => name.startsWith(mention.query.toLowerCase()));
  const mentioned = targetsOf(text, names);
  const targets = mentioned.length > 0 ? mentioned : picked;

  const place = (next: { text: string; cursor: number }): void => {
    setText(next.text);
    setCursor(next.cursor);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(next.cursor, next.cursor);
    });
  };

  useEffect(() => {
    const onMention = (event: Event): void => {
      if (event instanceof CustomEvent) setPicked([String(event.detail)]);
      input.current?.focus();
    };
    window.addEventListener('studio:mention', onMention);
    return () => window.removeEventListener('studio:mention', onMention);
  }, []);

  const send = async (): Promise<void> => {
    if (text.trim() === '' || targets.length === 0 || sending) return;
    setSending(true);
    try {
      await session.call('messages.send', { to: targets, text });
      setPicked(targets);
      place({ text: '', cursor: 0 });
    } catch (thrown) {
      showFailure(thrown);
    } finally {
      setSending(false);
    }
  };

  const choose = (name: string | undefined): void => {
    if (mention === null || name === undefined) return;
    setChoice(0);
    place(completeMention(text, cursor, mention, name));
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (options.length > 0) {
      const steps: Record<string, () => void> = {
        ArrowDown: () => setChoice((choice + 1) % options.length),
        ArrowUp: () => setChoice((choice + options.length - 1) % options.length),
        Tab: () => choose(options[choice]),
        Enter: () => choose(options[choice]),
        Escape: () => setDismissed(mention?.from ?? null),
      };
      const step = steps[event.key];
      if (step !== undefined) {
        event.preventDefault();
        step();
        return;
      }
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send();
    }
  };

  const togglePick = (name: string): void =>
    setPicked((before) => {
      if (name === 'all') return before.includes('all') ? [] : ['all'];
      const others = before.filter((other) => other !== name && other !== 'all');
      return before.includes(name) ? others : [...others, name];
    });

  return (
    <div className="composer">
      {options.length > 0 && (
        <MentionList options={options} choice={choice} agents={agents} onChoose={choose} />
      )}
      <div className="composer-box">
        <textarea
          ref={input}
          value={text}
          rows={Math.min(8, Math.max(2, text.split('\n').length))}
          maxLength={kTextCharsMax}
          placeholder="Ask an agent… @ picks one"
          aria-label="Message to the agents"
          aria-autocomplete="list"
          aria-controls={options.length > 0 ? 'mentions' : undefined}
          aria-activedescendant={options.length > 0 ? `mention-${options[choice]}` : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setCursor(event.target.selectionStart);
            setChoice(0);
          }}
          onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
          data-testid="composer-input"
        />
        <div className="composer-foot">
          <div className="targets" role="group" aria-label="Send to">
            {[...names, 'all'].map((name) => (
              <button
                key={name}
                type="button"
                className="target"
                data-tone={name === 'all' ? 'user' : toneOf(`agent:${name}`)}
                aria-pressed={targets.includes(name)}
                disabled={mentioned.length > 0}
                onClick={() => togglePick(name)}
                data-testid={`target-${name}`}
              >
                @{name}
              </button>
            ))}
          </div>
          <IconButton
            icon="send"
            label={targets.length === 0 ? 'Pick an agent first' : 'Send'}
            disabled={sending || text.trim() === '' || targets.length === 0}
            onClick={() => void send()}
            data-testid="composer-send"
          />
        </div>
      </div>
      <p className="composer-hint faint" aria-live="polite">
        {text.trim() !== '' && targets.length === 0 ? (
          <span className="warn-text">Whom do you ask? Write @name or pick one above.</span>
        ) : (
          <>
            <Kbd>Enter</Kbd> sends, <Kbd>Shift Enter</Kbd> starts a line
          </>
        )}
      </p>
    </div>
  );
}
