import { clock, shortName, toneOf } from '../../model/format';
import type { ChatMessage, ChatNotice } from '../../model/state';
import { Icon } from '../../ui/Icon';
import { Markup } from './Markup';

export function MessageItem({ message }: { message: ChatMessage }) {
  const { from, to, ts, text, tone } = message;
  const person = from.startsWith('user:');
  // An agent's answer goes to whoever asked: saying so every time would only be noise.
  const addressed = tone === 'chat' || !person ? to.filter((name) => !name.startsWith('user')) : [];
  return (
    <article
      className="message"
      data-tone={toneOf(from)}
      data-person={person}
      data-testid="message"
      data-from={from}
    >
      <header>
        <span className="dot" />
        <strong className="toned">{person ? `${shortName(from)}` : shortName(from)}</strong>
        {addressed.length > 0 && (
          <span className="faint truncate">
            → {addressed.map((name) => `@${shortName(name)}`).join(' ')}
          </span>
        )}
        <span className="grow" />
        <time className="faint num" dateTime={ts}>
          {clock(ts).slice(0, 5)}
        </time>
      </header>
      <Markup text={text} />
    </article>
  );
}

/** What an agent is saying right now; replaced by its message when that is on record. */
export function PreviewItem({ agent, text }: { agent: string; text: string }) {
  return (
    <article
      className="message"
      data-tone={toneOf(`agent:${agent}`)}
      data-testid="preview"
      data-from={`agent:${agent}`}
    >
      <header>
        <span className="dot live" />
        <strong className="toned">{agent}</strong>
        <span className="faint">is writing</span>
      </header>
      <Markup text={text} />
    </article>
  );
}

export function NoticeItem({ notice }: { notice: ChatNotice }) {
  return (
    <div className="notice" data-tone={toneOf(`agent:${notice.agent}`)} data-testid="notice">
      <Icon name="alert" size={14} />
      <span>
        <span className="toned">{notice.agent}</span>: {notice.text}
        {notice.hint !== undefined && <span className="faint"> {notice.hint}</span>}
      </span>
    </div>
  );
}
