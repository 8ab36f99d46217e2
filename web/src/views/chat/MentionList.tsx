import { toneOf } from '../../model/format';
import type { AgentView } from '../../model/state';

interface MentionListProps {
  options: string[];
  choice: number;
  agents: AgentView[];
  onChoose: (name: string) => void;
}

export function MentionList({ options, choice, agents, onChoose }: MentionListProps) {
  return (
    <ul className="mentions" role="listbox" id="mentions" aria-label="Agents">
      {options.map((name, index) => {
        const agent = agents.find((other) => other.name === name);
        return (
          <li
            key={name}
            id={`mention-${name}`}
            role="option"
            aria-selected={index === choice}
            data-tone={name === 'all' ? 'user' : toneOf(`agent:${name}`)}
            data-testid={`mention-${name}`}
            onMouseDown={(event) => {
              event.preventDefault();
              onChoose(name);
            }}
          >
            <span className="dot" />
            <strong className="toned">@{name}</strong>
            <span className="faint truncate">
              {agent === undefined ? 'everybody gets a task' : `${agent.model}, ${agent.state}`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
