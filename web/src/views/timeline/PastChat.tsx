import { useLayoutEffect, useMemo, useRef } from 'react';
import { attempt } from '../../actions/toasts';
import { groupChat } from '../../model/chatGroups';
import { Empty } from '../../ui/controls';
import { ChatGroups } from '../chat/ChatGroups';
import { useMoment, useTimeline } from './TimelineContext';

/** The end of the conversation as it was, and what came before it for whoever asks. */
export function PastChat() {
  const timeline = useTimeline();
  const { seq, chat, chatMore } = useMoment();
  const groups = useMemo(() => groupChat(chat), [chat]);
  const box = useEndKept(seq, groups);
  return (
    <section className="panel chat past-chat" aria-label="Chat, then">
      <div className="panel-head">
        <h2>Chat</h2>
      </div>
      <div className="panel-fill">
        <div className="chat-scroll" ref={box} tabIndex={0} data-testid="past-chat">
          {groups.length === 0 && <Empty icon="chat" title="Nobody had said anything yet" />}
          <ChatGroups
            groups={groups}
            earlier={chatMore ? () => attempt(() => timeline.earlierChat()) : undefined}
          />
        </div>
      </div>
    </section>
  );
}

/** Another moment is shown from its end; what is added before leaves the reader where they are. */
function useEndKept(moment: number, shown: unknown) {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef({ moment: -1, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { scrollHeight: height } = element;
    const added = before.current.moment === moment ? height - before.current.height : height;
    element.scrollTop += added;
    before.current = { moment, height };
  }, [moment, shown]);
  return box;
}
