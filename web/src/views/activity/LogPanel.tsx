import { memo, useMemo, useState } from 'react';
import { openTimeline } from '../../actions/timelineCommands';
import { attempt } from '../../actions/toasts';
import { agentOf, describe, familyOf } from '../../model/describe';
import { clock, shortName, toneOf } from '../../model/format';
import { firstLogSeq } from '../../model/history';
import type { WireEvent } from '../../protocol/events';
import { Button, Empty, IconButton, Spinner } from '../../ui/controls';
import { VirtualList } from '../../ui/VirtualList';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';

const kRowHeight = 24;
const FAMILIES = ['messages', 'files', 'locks', 'tasks', 'tools', 'agents', 'cost', 'sessions'];

/** Every event, newest at the end; older pages come when the reader reaches the start. */
export function LogPanel() {
  const session = useSession();
  const log = useWorkspace((state) => state.log);
  const agents = useWorkspace((state) => state.agents);
  const first = useWorkspace(firstLogSeq);
  const [family, setFamily] = useState('');
  const [agent, setAgent] = useState('');
  const rows = useMemo(
    // The log is long and grows many times a second: it is looked through only for a filter.
    () => (family === '' && agent === '' ? log : log.filter((event) => isOf(event, family, agent))),
    [log, family, agent],
  );
  const earlier = (): void => attempt(() => session.loadEarlierEvents());

  return (
    <div className="log">
      <div className="filters">
        <Filter
          label="Kind of event"
          all="All events"
          names={FAMILIES}
          value={family}
          onChange={setFamily}
          testId="log-family"
        />
        <Filter
          label="Agent"
          all="All agents"
          names={agents.map(({ name }) => name)}
          value={agent}
          onChange={setAgent}
          testId="log-agent"
        />
        <span className="faint num wide-only">{rows.length} events</span>
        <span className="grow" />
        <LogTools onEarlier={first > 1 ? earlier : undefined} />
      </div>
      <div className="log-rows">
        {rows.length === 0 ? (
          <Empty icon="pulse" title="No event to show">
            Everything that happens is recorded here, in order, for ever.
          </Empty>
        ) : (
          <VirtualList
            rows={rows}
            rowHeight={kRowHeight}
            keyOf={seqOf}
            follow="end"
            label="Event log"
            onReachStart={earlier}
            render={(event) => <LogRow event={event} />}
          />
        )}
      </div>
    </div>
  );
}

/** The ways from the log to the past: its whole, and a page more of it. */
function LogTools({ onEarlier }: { onEarlier: (() => void) | undefined }) {
  const session = useSession();
  const loading = useStore(session.historyLoading);
  return (
    <>
      <Button
        size="small"
        variant="ghost"
        icon="clock"
        onClick={() => openTimeline(session)}
        data-testid="log-timeline"
      >
        Timeline
      </Button>
      {onEarlier !== undefined && (
        <Button
          size="small"
          variant="ghost"
          disabled={loading}
          onClick={onEarlier}
          data-testid="log-earlier"
        >
          {loading && <Spinner label="Loading" />}
          Load earlier
        </Button>
      )}
    </>
  );
}

/** Whether an event is of a family and about an agent; '' fits every one. */
function isOf(event: WireEvent, family: string, agent: string): boolean {
  const inFamily = family === '' || familyOf(event.type) === family;
  return inFamily && (agent === '' || agentOf(event) === agent);
}

/** One of `names`, or '' for all of them. */
function Filter(props: {
  label: string;
  all: string;
  names: string[];
  value: string;
  onChange: (name: string) => void;
  testId: string;
}) {
  return (
    <select
      className="select"
      aria-label={props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value)}
      data-testid={props.testId}
    >
      <option value="">{props.all}</option>
      {props.names.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

function seqOf(event: WireEvent): number {
  return event.seq;
}

const LogRow = memo(function LogRow({ event }: { event: WireEvent }) {
  const session = useSession();
  return (
    <div className="log-row" data-tone={toneOf(event.actor)} data-testid={`event-${event.seq}`}>
      <span className="faint num log-seq">{event.seq}</span>
      <time className="faint num" dateTime={event.ts}>
        {clock(event.ts)}
      </time>
      <span className="toned truncate log-actor">{shortName(event.actor)}</span>
      <span className="muted truncate log-type mono">{event.type}</span>
      <span className="truncate grow" title={JSON.stringify(event.data)}>
        {describe(event)}
      </span>
      <span className="log-go">
        <IconButton
          icon="clock"
          size="small"
          label={`Go to the moment of event ${event.seq}`}
          onClick={() => openTimeline(session, event.seq)}
          data-testid={`event-go-${event.seq}`}
        />
      </span>
    </div>
  );
});
