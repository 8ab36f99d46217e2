import type { Draft } from '../model/drafts';
import { draftKey, onDrafts } from './draftStore';

const kKeptMs = 30 * 24 * 3_600_000;
const kLettersMax = 4 << 20;
const kPauseMs = 300;

/**
 * The unsaved texts of one person in one workspace, kept in this browser, so that neither a closed
 * page nor a crash loses them. They wait for the server to say who that is.
 */
export class Drafts {
  private readonly waiting = new Map<string, ReturnType<typeof setTimeout>>();
  private open = true;

  constructor(
    private readonly workspace: string,
    private readonly person: Promise<string>,
  ) {}

  async get(path: string): Promise<Draft | undefined> {
    const key = await this.key(path);
    const draft = await onDrafts<Draft | undefined>('readonly', (store) => store.get(key));
    return draft === undefined || Date.now() - draft.at > kKeptMs ? undefined : draft;
  }

  /**
   * Keeps in a moment what `read` gives then; "saved" where nothing is left to be kept, "unknown"
   * where the text is not there to be looked at.
   */
  changed(path: string, read: () => Omit<Draft, 'at'> | 'saved' | 'unknown'): void {
    if (!this.open || this.waiting.has(path)) return;
    const keep = (): void => {
      this.waiting.delete(path);
      const draft = read();
      if (draft === 'unknown') return;
      if (draft === 'saved' || draft.text.length > kLettersMax) this.drop(path);
      else void this.put(path, { ...draft, at: Date.now() });
    };
    this.waiting.set(path, setTimeout(keep, kPauseMs));
  }

  drop(path: string): void {
    clearTimeout(this.waiting.get(path));
    this.waiting.delete(path);
    void this.remove(path);
  }

  /** Nothing more is kept. */
  close(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
    this.open = false;
  }

  private async put(path: string, draft: Draft): Promise<void> {
    const key = await this.key(path);
    if (this.open) await onDrafts('readwrite', (store) => store.put(draft, key));
  }

  private async remove(path: string): Promise<void> {
    const key = await this.key(path);
    await onDrafts('readwrite', (store) => store.delete(key));
  }

  private async key(path: string): Promise<string> {
    return draftKey(await this.person, this.workspace, path);
  }
}
