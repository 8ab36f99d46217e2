import { memo } from 'react';
import { clock, plainNames, shortName, toneOf } from '../../model/format';
import type { ChatMessage, ChatNotice } from '../../model/state';
import type { TaskInfo } from '../../protocol/entities';
import { Icon } from '../../ui/Icon';
import { AnswerFoot, TaskReins } from './TaskFoot';
import { Markup } from './Markup';
import { MessageImages } from '../pictures/MessageImages';

export const MessageItem = memo(function MessageItem({ message }: { message: ChatMessage }) {
  const { from, to, ts, text, tone, task, images } = message;
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
      {images !== undefined && <MessageImages images={images} />}
      {tone === 'answer' && task !== undefined && <AnswerFoot id={task} />}
    </article>
  );
});

/**
 * What an agent is doing right now: what it is saying, replaced by its message when that is on
 * record, or only that it works.
 */
export function PreviewItem({ task, text }: { task: TaskInfo; text: string | undefined }) {
  const { agent } = task;
  return (
    <article
      className="message"
      data-tone={toneOf(`agent:${agent}`)}
      data-testid={text === undefined ? 'working' : 'preview'}
      data-from={`agent:${agent}`}
    >
      <header>
        <span className="dot live" />
        <strong className="toned">{agent}</strong>
        <span className="faint truncate">
          {text === undefined
            ? task.waits_for
              ? `waits for ${plainNames(task.waits_for)}`
              : 'works'
            : 'is writing'}
        </span>
      </header>
      {text !== undefined && <Markup text={text} />}
      <TaskReins task={task} />
    </article>
  );
}

export const NoticeItem = memo(function NoticeItem({ notice }: { notice: ChatNotice }) {
  return (
    <div className="notice" data-tone={toneOf(`agent:${notice.agent}`)} data-testid="notice">
      <Icon name="alert" size={14} />
      <span>
        <span className="toned">{notice.agent}</span>: {notice.text}
        {notice.hint !== undefined && <span className="faint"> {notice.hint}</span>}
      </span>
    </div>
  );
});
