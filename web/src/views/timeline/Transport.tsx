import { useState } from 'react';
import { attempt } from '../../actions/toasts';
import { kSpeeds, type Speed } from '../../model/timeline';
import { isFiltered, kNoFilter } from '../../model/timelineFilter';
import { Button, IconButton } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useWorkspace } from '../workspace/SessionContext';
import { Legend } from './Legend';
import { useTimeline } from './TimelineContext';

const FAMILIES = ['messages', 'files', 'locks', 'tasks', 'tools', 'agents', 'cost', 'approvals'];

/** Stepping, playing, marks and filters. */
export function Transport() {
  const timeline = useTimeline();
  const { on, speed, skipped } = useStore(timeline.player.state);
  const step = (way: 'before' | 'after') => () => attempt(() => timeline.step(way));
  const checkpoint = (way: 'before' | 'after') => () => attempt(() => timeline.stepCheckpoint(way));
  return (
    <div className="past-transport" role="toolbar" aria-label="Move through the past">
      <span className="past-steps">
        <IconButton icon="first" label="Previous checkpoint" onClick={checkpoint('before')} />
        <IconButton icon="back" label="Previous event" onClick={step('before')} />
        <IconButton
          icon={on ? 'pause' : 'play'}
          label={on ? 'Pause' : 'Play'}
          aria-pressed={on}
          onClick={() => timeline.player.toggle()}
          data-testid="past-play"
        />
        <IconButton icon="forward" label="Next event" onClick={step('after')} />
        <IconButton icon="last" label="Next checkpoint" onClick={checkpoint('after')} />
      </span>
      <select
        className="select"
        aria-label="Speed"
        value={speed}
        onChange={({ target }) => timeline.player.setSpeed(Number(target.value) as Speed)}
        data-testid="past-speed"
      >
        {kSpeeds.map((each) => (
          <option key={each} value={each}>
            {each}×
          </option>
        ))}
      </select>
      <div className="past-tools">
        <Marks />
        <Filters />
        <Legend />
      </div>
      <span className="faint past-skipped" role="status">
        {skipped}
      </span>
    </div>
  );
}

function Marks() {
  const timeline = useTimeline();
  const marks = useStore(timeline.marks);
  return (
    <span className="past-steps" role="group" aria-label="Marks to compare">
      {(['a', 'b'] as const).map((name) => (
        <Button
          key={name}
          size="small"
          variant="ghost"
          aria-pressed={marks[name] !== undefined}
          title={`Mark ${name.toUpperCase()} here; with both set, what differs is listed`}
          onClick={() => timeline.mark(name)}
          data-testid={`past-mark-${name}`}
        >
          Mark {name.toUpperCase()}
          {marks[name] !== undefined && <span className="num faint">{marks[name]}</span>}
        </Button>
      ))}
    </span>
  );
}

function Filters() {
  const timeline = useTimeline();
  const filter = useStore(timeline.filter);
  const colours = useStore(timeline.colours);
  const agents = useWorkspace((state) => state.agents);
  return (
    <span className="past-filters" role="group" aria-label="Filters">
      <select
        className="select"
        aria-label="Only events of an agent"
        value={filter.agent}
        onChange={({ target }) => timeline.show({ ...filter, agent: target.value })}
        data-testid="past-filter-agent"
      >
        <option value="">All agents</option>
        {agents.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        className="select"
        aria-label="Only events of a kind"
        value={filter.family}
        onChange={({ target }) => timeline.show({ ...filter, family: target.value })}
        data-testid="past-filter-family"
      >
        <option value="">All events</option>
        {FAMILIES.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <PathFilter key={filter.path} />
      {isFiltered(filter) && (
        <IconButton
          icon="close"
          size="small"
          label="Show all events"
          onClick={() => timeline.show(kNoFilter)}
        />
      )}
      <select
        className="select"
        aria-label="Colours of the strip"
        value={colours}
        onChange={({ target }) => timeline.colourBy(target.value === 'type' ? 'type' : 'agent')}
        data-testid="past-colours"
      >
        <option value="agent">Colours: who</option>
        <option value="type">Colours: what</option>
      </select>
    </span>
  );
}

/** A path that is being typed filters nothing yet. */
function PathFilter() {
  const timeline = useTimeline();
  const filter = useStore(timeline.filter);
  const [path, setPath] = useState(filter.path);
  const files = useStore(timeline.moment, (moment) => moment?.files);
  const apply = (value: string): void => {
    if (value !== filter.path) timeline.show({ ...filter, path: value });
  };
  return (
    <>
      <input
        className="input past-path-filter mono"
        aria-label="Only events about a file"
        placeholder="File…"
        list="past-paths"
        autoComplete="off"
        spellCheck={false}
        value={path}
        onChange={({ target }) => {
          setPath(target.value);
          if (target.value === '' || files?.has(target.value)) apply(target.value);
        }}
        onKeyDown={({ key }) => key === 'Enter' && apply(path.trim())}
        onBlur={() => apply(path.trim())}
        data-testid="past-filter-path"
      />
      <datalist id="past-paths">
        {[...(files?.keys() ?? [])].slice(0, 500).map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </>
  );
}
