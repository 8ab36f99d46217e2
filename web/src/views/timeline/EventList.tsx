import { pane } from '../../actions/preferences';
import { attempt } from '../../actions/toasts';
import { describe } from '../../model/describe';
import { clock, shortName, toneOf } from '../../model/format';
import type { WireEvent } from '../../protocol/events';
import { Empty } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { VirtualList } from '../../ui/VirtualList';
import { useTimeline } from './TimelineContext';

const kRowHeight = window.matchMedia('(pointer: coarse)').matches ? 36 : 24;

/** The events around the moment that fit the filter; a click goes to one. */
export function EventList() {
  const timeline = useTimeline();
  const { events } = useStore(timeline.window);
  const shown = useStore(pane);
  const target = useStore(timeline.target);
  const current = events.findLastIndex(({ seq }) => seq <= target);
  return (
    <section className="past-events" aria-label="What happened">
      {events.length === 0 ? (
        <Empty icon="pulse" title="No event fits the filter here" />
      ) : (
        <VirtualList
          // On a narrow screen it has no height until its part is shown, and nowhere to scroll to.
          key={String(shown === 'activity')}
          rows={events}
          rowHeight={kRowHeight}
          keyOf={(event) => event.seq}
          label="Events around this moment"
          reveal={current}
          onReachStart={() => attempt(() => timeline.extend('before'))}
          render={(event, index) => (
            <Row event={event} current={index === current} past={event.seq <= target} />
          )}
        />
      )}
    </section>
  );
}

function Row(props: { event: WireEvent; current: boolean; past: boolean }) {
  const { event, current, past } = props;
  const timeline = useTimeline();
  return (
    <button
      type="button"
      className="past-event"
      data-past={past}
      aria-current={current ? 'time' : undefined}
      data-tone={toneOf(event.actor)}
      onClick={() => timeline.look(event.seq)}
      data-testid={`past-event-${event.seq}`}
    >
      <span className="faint num log-seq">{event.seq}</span>
      <span className="faint num">{clock(event.ts)}</span>
      <span className="toned truncate log-actor">{shortName(event.actor)}</span>
      <span className="muted truncate log-type mono">{event.type}</span>
      <span className="truncate grow">{describe(event)}</span>
    </button>
  );
}
