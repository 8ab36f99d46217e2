import type { DocumentFile, DocumentUpdate } from '../protocol/documents';

/** What the authority refuses, by the kind that it gives. */
export class Refusal extends Error {
  constructor(readonly kind: 'conflict' | 'not_found') {
    super(kind);
  }
}

export interface Authority {
  session: string;
  text: string;
  /** The version that had the file's text. */
  saved?: number | undefined;
  updates: DocumentUpdate[];
  file: DocumentFile;
}

/**
 * A model of the server's part in editing together (LiveDocument in C++): it puts updates into an
 * order and rebases nothing. `apply` is how a change set changes a text.
 */
export class TestAuthority {
  document: Authority | null = null;
  private sessions = 0;

  constructor(
    public file: DocumentFile,
    private readonly apply: (changes: unknown, text: string) => string,
    private readonly between: (before: string, after: string) => unknown,
  ) {}

  open(unsaved?: { text: string; base_version: number }): Authority & { version: number } {
    this.document ??= {
      session: `d${++this.sessions}`,
      text: this.file.text,
      saved: 0,
      updates: [],
      file: this.file,
    };
    const { document } = this;
    const clean = document.text === document.file.text;
    if (unsaved !== undefined && clean && unsaved.base_version === document.file.version)
      this.add({ client: '', by: 'user:ann', changes: this.between(document.text, unsaved.text) });
    return { ...document, version: document.updates.length };
  }

  push(session: string, version: number, client: string, changes: unknown[]): void {
    const document = this.find(session);
    if (version !== document.updates.length) throw new Refusal('conflict');
    for (const each of changes) this.add({ client, by: `user:${client}`, changes: each });
  }

  pull(session: string, version: number, fileVersion: number) {
    const { updates, file } = this.find(session);
    return {
      session,
      version: updates.length,
      updates: updates.slice(version),
      ...(file.version === fileVersion ? {} : { file }),
    };
  }

  /** A restart: what is in memory is gone. */
  forget(): void {
    this.document = null;
  }

  /** Somebody saves, or an agent writes: a change of the text where that was the file's. */
  write(text: string, by: string): void {
    const file = { text, by, version: this.file.version + 1, clashes: false };
    this.file = file;
    const { document } = this;
    if (document === null) return;
    const clean = document.text === document.file.text;
    const saved = text === document.text;
    document.file = { ...file, clashes: !clean && !saved };
    if (clean && !saved) this.add({ client: '', by, changes: this.between(document.text, text) });
    document.saved = clean || saved ? document.updates.length : undefined;
  }

  private add(update: DocumentUpdate): void {
    const document = this.document;
    if (document === null) return;
    document.text = this.apply(update.changes, document.text);
    document.updates.push(update);
  }

  private find(session: string): Authority {
    if (this.document?.session !== session) throw new Refusal('not_found');
    return this.document;
  }
}
