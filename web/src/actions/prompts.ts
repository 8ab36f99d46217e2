import { createStore } from '../model/store';

/** The one question that is open: a name, a yes, or what to do next. */
export type Prompt =
  | {
      kind: 'name';
      title: string;
      label: string;
      initial: string;
      submit: string;
      check: (value: string) => string | undefined;
      run: (value: string) => Promise<unknown>;
    }
  | {
      kind: 'confirm';
      title: string;
      text: string;
      submit: string;
      run: () => Promise<unknown>;
    }
  | { kind: 'answers'; group: string }
  | { kind: 'depends'; id: string }
  | { kind: 'say'; id: string }
  | { kind: 'people' }
  | { kind: 'commands' }
  | { kind: 'search' }
  | { kind: 'files' };

export const prompt = createStore<Prompt | null>(null);

export function ask(next: Prompt): void {
  prompt.set(next);
}

export function closePrompt(): void {
  prompt.set(null);
}
