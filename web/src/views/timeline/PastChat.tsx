import { useLayoutEffect, useMemo, useRef } from 'react';
import { groupChat } from '../../model/chatGroups';
import { Empty } from '../../ui/controls';
import { MessageItem, NoticeItem } from '../chat/MessageItem';
import { ToolGroup } from '../chat/ToolGroup';
import { useMoment } from './TimelineContext';

/** The end of the conversation as it was. */
export function PastChat() {
  const { chat } = useMoment();
  const groups = useMemo(() => groupChat(chat), [chat]);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [groups]);
  return (
    <section className="panel chat past-chat" aria-label="Chat, then">
      <div className="panel-head">
        <h2>Chat</h2>
      </div>
      <div className="panel-fill">
        <div className="chat-scroll" ref={box} tabIndex={0} data-testid="past-chat">
          {groups.length === 0 && <Empty icon="chat" title="Nobody had said anything yet" />}
          {groups.map((group) => {
            switch (group.kind) {
              case 'message':
                return <MessageItem key={group.key} message={group.item} />;
              case 'notice':
                return <NoticeItem key={group.key} notice={group.item} />;
              case 'tools':
                return <ToolGroup key={group.key} agent={group.agent} items={group.items} />;
            }
          })}
        </div>
      </div>
    </section>
  );
}
