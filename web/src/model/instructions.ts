import type { KnownEvent } from '../protocol/events';

const INSTRUCTIONS = /(^|\/)(AGENTS|CLAUDE|GEMINI)\.md$/;

/** Whether an event may change what the project tells agents, or whether that is trusted. */
export function isAboutInstructions(event: KnownEvent): boolean {
  switch (event.type) {
    case 'instructions_trusted':
    case 'instructions_distrusted':
      return true;
    case 'file_edit':
      return INSTRUCTIONS.test(event.data.path) || INSTRUCTIONS.test(event.data.from ?? '');
    default:
      return false;
  }
}
