import { PARTS, TOOLS, type Part, type RuleDraft } from '../../model/rules';
import type { ApprovalRule } from '../../protocol/entities';
import { IconButton } from '../../ui/controls';

const PLACEHOLDERS: Record<Part, string> = {
  path: 'any path: src/, *.md',
  command: 'any command: make *',
  secret: 'no secret',
};

interface Place {
  place: number;
  count: number;
  onMove: (step: -1 | 1) => void;
  onRemove: () => void;
}

interface Row extends Place {
  draft: RuleDraft;
  onChange: (draft: RuleDraft) => void;
}

/** One rule in its place: what it is about, and what it says. */
export function RuleRow(props: Row) {
  const { draft, place, onChange } = props;
  return (
    <li className="rule" aria-label={`Rule ${place}`}>
      <span className="num faint">{place}</span>
      <select
        className="select"
        aria-label={`Tool of rule ${place}`}
        value={draft.tool}
        onChange={(event) => onChange({ ...draft, tool: event.target.value })}
      >
        <option value="">any tool</option>
        {TOOLS.map((tool) => (
          <option key={tool} value={tool}>
            {tool}
          </option>
        ))}
      </select>
      {PARTS.map((part) => (
        <input
          key={part}
          className="input mono"
          aria-label={`${part} of rule ${place}`}
          placeholder={PLACEHOLDERS[part]}
          value={draft[part]}
          maxLength={1000}
          spellCheck={false}
          onChange={(event) => onChange({ ...draft, [part]: event.target.value })}
        />
      ))}
      <select
        className="select"
        aria-label={`Decision of rule ${place}`}
        data-decision={draft.decision}
        value={draft.decision}
        onChange={(event) =>
          onChange({ ...draft, decision: event.target.value as ApprovalRule['decision'] })
        }
      >
        <option value="allow">allow</option>
        <option value="ask">ask</option>
        <option value="deny">deny</option>
      </select>
      <PlaceButtons {...props} />
    </li>
  );
}

function PlaceButtons({ place, count, onMove, onRemove }: Place) {
  return (
    <>
      <IconButton
        icon="up"
        size="small"
        label={`Move rule ${place} up`}
        disabled={place === 1}
        onClick={() => onMove(-1)}
      />
      <IconButton
        icon="down"
        size="small"
        label={`Move rule ${place} down`}
        disabled={place === count}
        onClick={() => onMove(1)}
      />
      <IconButton icon="close" size="small" label={`Remove rule ${place}`} onClick={onRemove} />
    </>
  );
}
