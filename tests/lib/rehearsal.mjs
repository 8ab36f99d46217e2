// Prompts that tell the simulated models what to answer.

export const kAgents = ['claude', 'gemini', 'codex', 'kimi'];

/// A prompt whose rehearsal plays `steps` in order.
export function rehearse(...steps) {
  const lines = steps.map((step) => JSON.stringify(step)).join('\n');
  return `Play this rehearsal.\n\n\`\`\`rehearsal\n${lines}\n\`\`\`\n`;
}

export const say = (text) => ({ say: text });
export const pause = (ms) => ({ pause_ms: ms });
export const tool = (name, input) => ({ tool: name, input });
export const readFile = (path) => tool('read_file', { path });
export const writeFile = (path, text) => tool('write_file', { path, text });
export const editFile = (path, old, text) => tool('edit_file', { path, old, new: text });
export const runCommand = (command) => tool('run_command', { command });
