import { familyOf } from '../../model/describe';
import { toneOf } from '../../model/format';
import { useStore } from '../../ui/useStore';
import { useTimeline } from './TimelineContext';

const kNamedMax = 8;

/** What the strip's colours stand for. */
export function Legend() {
  const timeline = useTimeline();
  const density = useStore(timeline.density);
  const by = useStore(timeline.colours);
  const keys = density?.buckets.flatMap(({ counts }) => Object.keys(counts)) ?? [];
  const names = [...new Set(by === 'type' ? keys.map(familyOf) : keys)].toSorted();
  return (
    <ul className="strip-legend" aria-label="Colours of the strip">
      {names.slice(0, kNamedMax).map((name) => (
        <li key={name}>
          <svg width="8" height="8" aria-hidden="true">
            <rect
              className="strip-bar"
              width="8"
              height="8"
              rx="2"
              data-tone={
                by === 'agent' ? toneOf(name === '' ? 'system' : `agent:${name}`) : undefined
              }
              data-family={by === 'type' ? name : undefined}
            />
          </svg>
          {name === '' ? 'people, system' : name}
        </li>
      ))}
    </ul>
  );
}
