import { useState } from 'react';
import { toneOf } from '../../model/format';
import { summaryOf } from '../../model/markup';
import type { TaskInfo } from '../../protocol/entities';

const kShownMax = 50;
const kSearchedFrom = 6;

/** Which of the open tasks have to succeed first. */
export function DependencyPicker(props: {
  tasks: TaskInfo[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
}) {
  const { tasks, chosen, onChange } = props;
  const [query, setQuery] = useState('');
  const words = query.toLowerCase().trim();
  const shown = tasks
    .filter(
      ({ id, agent, prompt }) =>
        chosen.includes(id) || `${agent} ${prompt}`.toLowerCase().includes(words),
    )
    .slice(0, kShownMax);
  const toggle = (id: string): void =>
    onChange(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return (
    <fieldset className="field depends">
      <legend className="label">Begins after these have succeeded</legend>
      {tasks.length === 0 && <span className="muted">There is no open task to wait for.</span>}
      {tasks.length >= kSearchedFrom && (
        <input
          className="input"
          type="search"
          aria-label="Find a task"
          placeholder="Find a task"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      )}
      {tasks.length > 0 && (
        <div className="depends-list">
          {shown.map(({ id, agent, prompt }) => (
            <label key={id} data-tone={toneOf(`agent:${agent}`)}>
              <input
                type="checkbox"
                checked={chosen.includes(id)}
                onChange={() => toggle(id)}
                data-testid={`after-${id}`}
              />
              <span className="toned">{agent}</span>
              <span className="truncate">{summaryOf(prompt)}</span>
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}
