import { toneOf } from '../../model/format';
import type { Targets } from './useTargets';

/** The agents a message can go to, as buttons that stay down. */
export function TargetButtons({ agents, targets }: { agents: string[]; targets: Targets }) {
  return (
    <div className="targets" role="group" aria-label="Send to">
      {[...agents, 'all'].map((name) => (
        <button
          key={name}
          type="button"
          className="target"
          data-tone={name === 'all' ? 'user' : toneOf(`agent:${name}`)}
          aria-pressed={targets.names.includes(name)}
          disabled={targets.mentioned}
          onClick={() => targets.toggle(name)}
          data-testid={`target-${name}`}
        >
          @{name}
        </button>
      ))}
    </div>
  );
}
