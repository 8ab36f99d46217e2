import { useLayoutEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { attempt } from '../../actions/toasts';
import { groupChat } from '../../model/chatGroups';
import { isUnderWay } from '../../model/tasks';
import { Empty } from '../../ui/controls';
import { Icon } from '../../ui/Icon';
import { useStore } from '../../ui/useStore';
import { PanelHead } from '../workspace/PanelHead';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { ChatGroups } from './ChatGroups';
import { Composer } from './Composer';
import { PreviewItem } from './MessageItem';

const kGroupsStep = 150;
const kNearEndPx = 60;

export function ChatPanel() {
  const session = useSession();
  const chat = useWorkspace((state) => state.chat);
  const previews = useWorkspace((state) => state.previews);
  const tasks = useWorkspace((state) => state.tasks);
  const active = useMemo(() => tasks.filter(isUnderWay), [tasks]);
  const more = useStore(session.moreMessages);
  const groups = useMemo(() => groupChat(chat), [chat]);
  const [shown, setShown] = useState(kGroupsStep);
  const visible = groups.slice(-shown);
  const { box, atEnd, onScroll, toEnd } = useStickToEnd([chat, previews, active]);
  const keepPlace = usePlaceKept(box, visible[0]?.key);

  const earlier = (): void =>
    attempt(async () => {
      keepPlace();
      if (shown >= groups.length) await session.loadEarlierMessages();
      setShown((before) => before + kGroupsStep);
    });

  return (
    <section className="panel chat" aria-label="Chat">
      <PanelHead panel="chat" />
      <div className="panel-fill">
        <div className="chat-scroll" ref={box} onScroll={onScroll} tabIndex={0} data-testid="chat">
          {groups.length === 0 && active.length === 0 && (
            <Empty icon="chat" title="Nobody has said anything yet">
              Write to one agent with <b>@claude</b>, to several, or to everybody with <b>@all</b>.
              Each of them gets a task in its queue.
            </Empty>
          )}
          <ChatGroups
            groups={visible}
            earlier={more || shown < groups.length ? earlier : undefined}
          />
          {active.map((task) => (
            <PreviewItem key={task.id} task={task} text={previews[task.id]?.text} />
          ))}
        </div>
        {!atEnd && (
          <button type="button" className="to-end" onClick={toEnd}>
            <Icon name="down" size={14} /> Latest
          </button>
        )}
      </div>
      <Composer />
    </section>
  );
}

/** Keeps the newest in sight until the reader scrolls up. */
function useStickToEnd(changes: unknown[]) {
  const box = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const stuck = useRef(true);
  const toEnd = (): void => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (!stuck.current) return undefined;
    // With the frame, which lays the list out anyway; here it would be done an extra time, in the
    // way of whoever types.
    const frame = requestAnimationFrame(toEnd);
    return () => cancelAnimationFrame(frame);
    // The values are what the list shows: it is re-measured whenever they change.
  }, changes);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => stuck.current && toEnd());
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const onScroll = (): void => {
    const element = box.current;
    if (element === null) return;
    stuck.current = element.scrollHeight - element.scrollTop - element.clientHeight < kNearEndPx;
    setAtEnd(stuck.current);
  };
  return { box, atEnd, onScroll, toEnd };
}

/** To be called before what is earlier is asked for: the reader goes on where they are. */
function usePlaceKept(box: RefObject<HTMLDivElement | null>, first: string | undefined) {
  const fromEnd = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (box.current === null || fromEnd.current === null) return;
    box.current.scrollTop = box.current.scrollHeight - fromEnd.current;
    fromEnd.current = null;
  }, [box, first]);
  return (): void => {
    if (box.current !== null) fromEnd.current = box.current.scrollHeight - box.current.scrollTop;
  };
}
