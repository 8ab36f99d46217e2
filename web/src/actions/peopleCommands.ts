import type { Command } from './commands';
import { ask } from './prompts';

export function peopleCommands(): Command[] {
  return [
    {
      id: 'people.show',
      title: 'People: who is here, invitations',
      section: 'People',
      run: () => ask({ kind: 'people' }),
    },
  ];
}
