import type { ChatGroup } from '../../model/chatGroups';
import { Button } from '../../ui/controls';
import { MessageItem, NoticeItem } from './MessageItem';
import { ToolGroup } from './ToolGroup';

/** What was said and done, one after the other; before it, if there is more, a way there. */
export function ChatGroups(props: { groups: ChatGroup[]; earlier: (() => void) | undefined }) {
  return (
    <>
      {props.earlier !== undefined && (
        <div className="centred-row">
          <Button size="small" variant="ghost" onClick={props.earlier}>
            Show earlier
          </Button>
        </div>
      )}
      {props.groups.map((group) => {
        switch (group.kind) {
          case 'message':
            return <MessageItem key={group.key} message={group.item} />;
          case 'notice':
            return <NoticeItem key={group.key} notice={group.item} />;
          case 'tools':
            return <ToolGroup key={group.key} agent={group.agent} items={group.items} />;
        }
      })}
    </>
  );
}
