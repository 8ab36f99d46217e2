import type { DocumentHint } from './documents';
import type { WireEvent } from './events';
import type { Presence, You } from './people';

/** What the server sends unasked. Only `event` has a sequence number; the others may be dropped. */
export type Notification =
  | { method: 'event'; params: { event: WireEvent } }
  | { method: 'resync'; params: { head: number } }
  | { method: 'preview'; params: Preview }
  | PresenceNotification
  /** Somebody has changed this person's role. */
  | { method: 'you'; params: You }
  /** A vendor's key was set or removed: agents may be reached otherwise now. */
  | { method: 'provider_keys'; params: Record<string, never> }
  | { method: 'document'; params: DocumentHint }
  | TerminalNotification;

/** All who are here, or one who looks elsewhere now. */
export type PresenceNotification = {
  method: 'presence';
  params: { people: Presence[] } | { person: Presence };
};

export type TerminalNotification =
  | { method: 'terminal.output'; params: { id: string; text: string } }
  | { method: 'terminal.exit'; params: { id: string; exit_code: number } };

/** The text so far of the current model turn: accumulated, not a delta. */
export interface Preview {
  task: string;
  agent: string;
  text: string;
}

const METHODS: Record<Notification['method'], true> = {
  event: true,
  resync: true,
  preview: true,
  presence: true,
  you: true,
  provider_keys: true,
  document: true,
  'terminal.output': true,
  'terminal.exit': true,
};

export function isNotification(value: { method: string; params?: unknown }): value is Notification {
  return Object.hasOwn(METHODS, value.method) && typeof value.params === 'object';
}
