import { useState, type KeyboardEvent } from 'react';
import { completeMention, mentionAt } from '../../model/mentions';

/** A text and where its cursor stands. */
export interface Draft {
  text: string;
  cursor: number;
}

/** The list that completes an `@name` being typed: what it offers and which one is chosen. */
export interface Mention {
  options: string[];
  choice: number;
  choose: (name: string | undefined) => void;
  reset: () => void;
  /** Takes the keys that move in the list; says whether it took this one. */
  takesKey: (event: KeyboardEvent) => boolean;
}

/** `place` puts the completed draft into the input. */
export function useMention(
  { text, cursor }: Draft,
  agents: string[],
  place: (draft: Draft) => void,
): Mention {
  const [choice, setChoice] = useState(0);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const mention = mentionAt(text, cursor);
  const options =
    mention === null || mention.from === dismissed
      ? []
      : [...agents, 'all'].filter((name) => name.startsWith(mention.query.toLowerCase()));

  const choose = (name: string | undefined): void => {
    if (mention === null || name === undefined) return;
    setChoice(0);
    place(completeMention(text, cursor, mention, name));
  };

  const takesKey = (event: KeyboardEvent): boolean => {
    if (options.length === 0) return false;
    const steps: Record<string, () => void> = {
      ArrowDown: () => setChoice((choice + 1) % options.length),
      ArrowUp: () => setChoice((choice + options.length - 1) % options.length),
      Tab: () => choose(options[choice]),
      Enter: () => choose(options[choice]),
      Escape: () => setDismissed(mention?.from ?? null),
    };
    const step = steps[event.key];
    if (step === undefined) return false;
    event.preventDefault();
    step();
    return true;
  };

  return { options, choice, choose, reset: () => setChoice(0), takesKey };
}
