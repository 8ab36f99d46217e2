import { useEffect, useRef } from 'react';
import { toneOf } from '../../model/format';
import { Icon, type IconName } from '../../ui/Icon';
import type { CompletionOption } from './useMention';

interface MentionListProps {
  options: CompletionOption[];
  choice: number;
  onChoose: (option: CompletionOption) => void;
}

const ICONS: Partial<Record<CompletionOption['kind'], IconName>> = {
  role: 'agent',
  file: 'file',
  symbol: 'wrench',
  slash: 'command',
};

export function MentionList({ options, choice, onChoose }: MentionListProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[choice]?.scrollIntoView({ block: 'nearest' });
  }, [choice]);
  return (
    <ul
      className="mentions"
      role="listbox"
      id="mentions"
      aria-label="Completions"
      tabIndex={0}
      ref={list}
    >
      {options.map((option, index) => (
        <li
          key={`${option.kind} ${option.key}`}
          id={`mention-${index}`}
          role="option"
          aria-selected={index === choice}
          data-tone={option.kind === 'agent' ? toneOf(`agent:${option.key}`) : 'user'}
          data-kind={option.kind}
          data-testid={`${option.kind === 'slash' ? 'slash' : 'mention'}-${option.key}`}
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(option);
          }}
        >
          <Mark kind={option.kind} />
          <strong className={option.kind === 'agent' ? 'toned' : undefined}>{option.label}</strong>
          <span className="faint truncate">{option.detail}</span>
        </li>
      ))}
    </ul>
  );
}

function Mark({ kind }: { kind: CompletionOption['kind'] }) {
  const icon = ICONS[kind];
  return icon === undefined ? <span className="dot" /> : <Icon name={icon} size={13} />;
}
