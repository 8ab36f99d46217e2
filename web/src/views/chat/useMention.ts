import { useEffect, useMemo, useState, type KeyboardEvent } from 'react';
import { filePathsOf } from '../../model/files';
import {
  definitionSearches,
  filesFor,
  peopleFor,
  symbolsFor,
  type MentionOption,
} from '../../model/mentionOptions';
import { completeMention, mentionAt, type Roles } from '../../model/mentions';
import { slashOptions } from '../../model/slash';
import type { AgentView } from '../../model/state';
import type { FileMatch } from '../../protocol/entities';
import { useSession, useWorkspace } from '../workspace/SessionContext';

/** A text and where its cursor stands. */
export interface Draft {
  text: string;
  cursor: number;
}

export type CompletionOption = MentionOption | (Omit<MentionOption, 'kind'> & { kind: 'slash' });

/** The list that completes what is being typed: what it offers and which one is chosen. */
export interface Mention {
  options: CompletionOption[];
  choice: number;
  choose: (option: CompletionOption | undefined) => void;
  reset: () => void;
  /** Takes the keys that move in the list; says whether it took this one. */
  takesKey: (event: KeyboardEvent) => boolean;
}

const kTypingMs = 180;
const kNoOptions: MentionOption[] = [];

/** `place` puts the completed draft into the input. */
export function useMention(
  { text, cursor }: Draft,
  agents: AgentView[],
  roles: Roles,
  place: (draft: Draft) => void,
): Mention {
  const [choice, setChoice] = useState(0);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const mention = mentionAt(text, cursor);
  const asked = mention !== null && mention.from !== dismissed ? mention : null;
  const files = useFiles(asked?.query ?? null);
  const symbols = useSymbols(asked?.query ?? '');
  const people = asked === null ? kNoOptions : peopleFor(asked.query, agents, roles);
  const commands = useMemo(
    () =>
      dismissed === 0
        ? []
        : slashOptions(text, cursor).map(({ name, takes, about }): CompletionOption => ({
            kind: 'slash',
            key: name,
            label: `/${name}`,
            detail: takes === '' ? about : `${takes}: ${about}`,
            insert: `/${name}`,
          })),
    [text, cursor, dismissed],
  );
  const options = asked === null ? commands : [...people, ...files, ...symbols];
  const chosen = Math.min(choice, Math.max(0, options.length - 1));

  const choose = (option: CompletionOption | undefined): void => {
    if (option === undefined) return;
    setChoice(0);
    const at = asked ?? { from: 0, query: text };
    place(completeMention(text, cursor, at, option.insert));
  };

  const takesKey = (event: KeyboardEvent): boolean => {
    if (options.length === 0) return false;
    // A command that is typed to its end is meant to be run.
    if (
      event.key === 'Enter' &&
      options[chosen]?.kind === 'slash' &&
      text === options[chosen].label
    ) {
      return false;
    }
    const steps: Record<string, () => void> = {
      ArrowDown: () => setChoice((chosen + 1) % options.length),
      ArrowUp: () => setChoice((chosen + options.length - 1) % options.length),
      Tab: () => choose(options[chosen]),
      Enter: () => choose(options[chosen]),
      Escape: () => setDismissed(asked?.from ?? 0),
    };
    const step = steps[event.key];
    if (step === undefined) return false;
    event.preventDefault();
    step();
    return true;
  };

  const reset = (): void => {
    setChoice(0);
    if (mention === null && !text.startsWith('/')) setDismissed(null);
  };
  return { options, choice: chosen, choose, reset, takesKey };
}

/** Files of the project that the letters of `query` are in; none while nothing is asked. */
function useFiles(query: string | null): MentionOption[] {
  const session = useSession();
  const wanted = query !== null && query !== '';
  const changes = useWorkspace((state) => (wanted ? state.treeChanges : null));
  const paths = useMemo(
    () => (changes === null ? [] : filePathsOf(session.state.get()?.files ?? null)),
    [session, changes],
  );
  return useMemo(
    () => (query === null || query === '' ? kNoOptions : filesFor(query, paths)),
    [paths, query],
  );
}

/** Definitions of what begins with `query`, looked for when the typing rests. */
function useSymbols(query: string): MentionOption[] {
  const session = useSession();
  const [found, setFound] = useState<{ query: string; matches: FileMatch[] } | null>(null);
  useEffect(() => {
    const searches = definitionSearches(query);
    if (searches.length === 0) return undefined;
    let wanted = true;
    const timer = setTimeout(() => {
      const asked = searches.map((each) => session.call('search.text', { ...each, limit: 60 }));
      Promise.all(asked).then(
        (answers) => wanted && setFound({ query, matches: answers.flatMap((a) => a.matches) }),
        // The list goes without symbols.
        () => undefined,
      );
    }, kTypingMs);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [session, query]);
  return useMemo(
    () => (found !== null && found.query === query ? symbolsFor(query, found.matches) : kNoOptions),
    [found, query],
  );
}
