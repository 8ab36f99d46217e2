import { closed, exited, kNoTerminals, listed, opened, withOutput } from '../model/terminals';
import { createStore } from '../model/store';
import type { TerminalNotification } from '../protocol/notifications';
import type { Call } from './call';

type OnOutput = (text: string) => void;

/** What types at a terminal is sent together when it comes within this time. */
const kGatherMs = 8;

/**
 * The workspace's terminals. They live on the server: closing the page leaves them, and a new
 * connection brings back what they have shown.
 */
export class Terminals {
  readonly store = createStore(kNoTerminals);
  private readonly views = new Map<string, OnOutput>();
  private readonly typed = new Map<string, string>();
  private sending: Promise<unknown> = Promise.resolve();

  constructor(private readonly call: Call) {}

  async open(cols: number, rows: number): Promise<void> {
    const { id } = await this.call('terminal.open', { cols, rows });
    this.store.update((state) => opened(state, id));
  }

  show(id: string): void {
    this.store.update((state) => ({ ...state, active: id }));
  }

  async close(id: string): Promise<void> {
    const over = this.store.get().terminals.find((each) => each.id === id)?.exitCode !== undefined;
    if (!over) await this.call('terminal.close', { id });
    this.store.update((state) => closed(state, id));
  }

  /** In the order in which it was typed, also where a call takes long. */
  type(id: string, text: string): void {
    const before = this.typed.get(id);
    this.typed.set(id, (before ?? '') + text);
    if (before !== undefined) return;
    setTimeout(() => {
      const all = this.typed.get(id) ?? '';
      this.typed.delete(id);
      const send = () => this.call('terminal.write', { id, text: all });
      // A terminal that has just ended takes nothing more: its exit is shown.
      this.sending = this.sending.then(send).catch(() => undefined);
    }, kGatherMs);
  }

  resize(id: string, cols: number, rows: number): void {
    this.call('terminal.resize', { id, cols, rows }).catch(() => undefined);
  }

  /** Draws one terminal: `onOutput` gets what it shows from now on. */
  watch(id: string, onOutput: OnOutput): () => void {
    this.views.set(id, onOutput);
    return () => {
      if (this.views.get(id) === onOutput) this.views.delete(id);
    };
  }

  take(notification: TerminalNotification): void {
    const { method, params } = notification;
    if (method === 'terminal.exit') {
      this.store.update((state) => exited(state, params.id, params.exit_code));
      return;
    }
    this.store.update((state) => withOutput(state, params.id, params.text));
    this.views.get(params.id)?.(params.text);
  }

  /** After a new connection: output may have been missed. */
  async refresh(): Promise<void> {
    const { terminals } = await this.call('terminal.list', {});
    this.store.update((state) => listed(state, terminals));
    for (const { id, scrollback } of terminals) this.views.get(id)?.(`\x1bc${scrollback}`);
  }
}
