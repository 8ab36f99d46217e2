import type { DocumentHint } from '../protocol/documents';
import type { Call } from './call';
import { SharedText, type SharedEditor, type SharedFile } from './sharedText';

/** The open files that are edited together with others, by path. */
export class Sharing {
  private readonly texts = new Map<string, SharedText>();
  /** What a file that was renamed was shared with, by its document. */
  private readonly handedOver = new Map<number, string>();

  constructor(private readonly call: Call) {}

  /** Shares an editor's text until the returned function is called. */
  share(path: string, editor: SharedEditor, file: SharedFile): () => void {
    const id = file.doc()?.id ?? 0;
    const shared = this.handedOver.get(id) ?? null;
    this.handedOver.delete(id);
    const text = new SharedText(this.call, path, editor, file, shared);
    this.texts.set(path, text);
    return () => {
      if (this.texts.get(path) === text) this.texts.delete(path);
      const kept = text.handOver();
      if (kept !== null && file.isOpen()) this.handedOver.set(id, kept);
      text.close();
    };
  }

  get(path: string): SharedText | undefined {
    return this.texts.get(path);
  }

  /** Whether others' changes of a file come by its document. */
  isTaking(path: string): boolean {
    return this.texts.get(path)?.isTaking() === true;
  }

  hint(hint: DocumentHint): void {
    this.texts.get(hint.path)?.hint(hint);
  }

  /** After a new connection. */
  resumeAll(): void {
    for (const text of this.texts.values()) text.resume();
  }

  close(): void {
    for (const text of this.texts.values()) text.close();
    this.texts.clear();
  }
}
