import { useEffect, useState } from 'react';
import { targetsOf, type Roles } from '../../model/mentions';

/** To whom a message goes: the names in its text, or, where there are none, the ones picked. */
export interface Targets {
  names: string[];
  /** Whether the text decides, so that picking changes nothing. */
  mentioned: boolean;
  pick: (names: string[]) => void;
  toggle: (name: string) => void;
}

/** `onAsked` runs when another part of the studio asks to write to an agent. */
export function useTargets(
  text: string,
  agents: string[],
  roles: Roles,
  onAsked: () => void,
): Targets {
  const [picked, setPicked] = useState<string[]>([]);

  useEffect(() => {
    const onMention = (event: Event): void => {
      if (event instanceof CustomEvent) setPicked([String(event.detail)]);
      onAsked();
    };
    window.addEventListener('studio:mention', onMention);
    return () => window.removeEventListener('studio:mention', onMention);
  }, [onAsked]);

  const toggle = (name: string): void =>
    setPicked((before) => {
      if (name === 'all') return before.includes('all') ? [] : ['all'];
      const others = before.filter((other) => other !== name && other !== 'all');
      return before.includes(name) ? others : [...others, name];
    });

  const mentioned = targetsOf(text, agents, roles);
  return {
    names: mentioned.length > 0 ? mentioned : picked,
    mentioned: mentioned.length > 0,
    pick: setPicked,
    toggle,
  };
}
