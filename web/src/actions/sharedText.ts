import { documentText, planToJoin } from '../model/coediting';
import type { DocumentEvent, OpenDocument } from '../model/document';
import { lineBreakOf } from '../model/textChange';
import { asFailure, type Failure } from '../net/failure';
import type {
  DocumentFile,
  DocumentHint,
  DocumentOpened,
  DocumentUpdate,
} from '../protocol/documents';
import type { Call } from './call';

/** An editor of a text that others edit too; texts have "\n" as line break. */
export interface SharedEditor {
  readonly client: string;
  text(): string;
  /** The text with the updates of the server and without those that it has not confirmed. */
  confirmed(): string;
  version(): number;
  /** Takes part from `version` on, where the text is `theirs`; the editor has `text` then. */
  join(version: number, theirs: string, text: string): void;
  leave(): void;
  receive(updates: DocumentUpdate[]): void;
  /** Own changes that are not confirmed, in order. */
  sendable(): unknown[];
}

/** The open file below the editor. */
export interface SharedFile {
  doc(): OpenDocument | undefined;
  /** Under whatever name. */
  isOpen(): boolean;
  step(event: DocumentEvent): void;
  mayEdit(): boolean;
}

const kGatherMs = 30;
const kLockedMs = 400;
const kPushMax = 100;
const kJoinsMax = 4;
/** A hint may be lost: nobody is behind for longer than this. */
const kPullMs = 15_000;

type Phase = 'apart' | 'joined' | 'alone' | 'closed';

/**
 * One open file's part in a document that several people edit (docs/decisions/0038). Calls follow
 * each other; hints come in between. What is not confirmed stays in the editor until it is.
 */
export class SharedText {
  private phase: Phase = 'apart';
  private session = '';
  private queue: Promise<unknown> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly heartbeat: ReturnType<typeof setInterval>;
  /** Whether the editor began with the file's text, and not with a draft of an earlier page. */
  private readonly fresh: boolean;

  constructor(
    private readonly call: Call,
    private readonly path: string,
    private readonly editor: SharedEditor,
    private readonly file: SharedFile,
    /** What was shared when the last session ended. */
    private shared: string | null = null,
  ) {
    this.fresh = editor.text() === this.text(file.doc()?.base ?? '');
    this.heartbeat = setInterval(() => this.resume(), kPullMs);
    this.resume();
  }

  isJoined(): boolean {
    return this.phase === 'joined';
  }

  /** Takes part, or is about to: what changes the file comes this way. */
  isTaking(): boolean {
    return this.phase === 'joined' || (this.phase === 'apart' && !this.waits());
  }

  /** Takes part, again, or asks for what was missed. */
  resume(): void {
    if (this.phase === 'alone') return;
    void this.inTurn(() => (this.phase === 'joined' ? this.pull() : this.join()));
  }

  /** The editor's text has changed by its person. */
  changed(): void {
    if (this.phase !== 'joined' || this.editor.sendable().length === 0) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.inTurn(() => this.push());
    }, kGatherMs);
  }

  hint({ session, version, from, updates }: DocumentHint): void {
    if (this.phase !== 'joined' || session !== this.session) return;
    if (version <= this.editor.version()) return;
    // What the file's change is comes with the file, so that nothing is shown as unsaved.
    const whole = updates?.every(({ client }) => client !== '') === true;
    if (whole && from !== undefined) this.take(from, updates);
    if (this.editor.version() < version) void this.inTurn(() => this.pull());
  }

  /** Everything typed is at the server; else the failure that says why not. */
  async flush(): Promise<Failure | null> {
    let failure: Failure | null = null;
    await this.inTurn(async () => {
      failure = await this.push();
    });
    return failure;
  }

  /** Whether what the server has is here now, and can be saved on. */
  async catchUp(): Promise<boolean> {
    if (this.phase !== 'joined') return false;
    await this.inTurn(() => this.pull());
    return this.isJoined() && this.file.doc()?.incoming === null;
  }

  /** What can be saved: a text that the server knows, with the file's line breaks. */
  textOr(read: () => string): string {
    if (!this.isJoined()) return read();
    const lineBreak = lineBreakOf(this.file.doc()?.base ?? '');
    return this.editor.confirmed().replaceAll('\n', lineBreak);
  }

  /** What another of its kind goes on with, when the file has got another name. */
  handOver(): string | null {
    return this.isJoined() ? this.editor.confirmed() : this.shared;
  }

  close(): void {
    if (this.phase === 'closed') return;
    const taking = this.phase === 'joined';
    this.phase = 'closed';
    clearTimeout(this.timer);
    clearInterval(this.heartbeat);
    if (!taking) return;
    this.editor.leave();
    const { path, editor } = this;
    this.call('documents.close', { path, client: editor.client }).catch(() => undefined);
  }

  private inTurn(work: () => Promise<unknown>): Promise<unknown> {
    this.queue = this.queue.then(async () => {
      if (this.phase === 'closed') return;
      try {
        await work();
      } catch (thrown) {
        await this.failed(asFailure(thrown));
      }
    });
    return this.queue;
  }

  /** For the person's decision, or for the file. */
  private waits(): boolean {
    const doc = this.file.doc();
    return doc?.phase !== 'ready' || doc.incoming !== null;
  }

  private async join(): Promise<void> {
    for (let attempt = 0; attempt < kJoinsMax; attempt++) {
      const doc = this.file.doc();
      if (doc === undefined || this.waits() || doc.saving) return;
      const answer = await this.open(doc);
      const now = this.file.doc();
      if (now === undefined || this.isClosed()) return;
      // Somebody saved, or the person did, while the answer was under way.
      if (now.version !== doc.version) continue;
      if (this.renumbered(now, answer.file)) continue;
      this.enter(now, answer);
      if (this.editor.version() < answer.version) await this.pull();
      return;
    }
  }

  private open(doc: OpenDocument): Promise<DocumentOpened> {
    const { path, shared } = this;
    const { client } = this.editor;
    if (shared !== null && shared !== this.text(doc.base) && this.file.mayEdit()) {
      const base_version = doc.version;
      return this.call('documents.restore', { path, client, text: shared, base_version });
    }
    return this.call('documents.open', { path, client, file_version: 0 });
  }

  /** A file of the same text with another version, as after a move: the question was too old. */
  private renumbered(doc: OpenDocument, file: DocumentFile | undefined): boolean {
    if (file === undefined || file.version <= doc.version || file.text !== doc.base) return false;
    this.file.step({ type: 'rebased', text: file.text, version: file.version });
    return true;
  }

  private enter(doc: OpenDocument, answer: DocumentOpened): void {
    const { file, session, version, text: theirs } = answer;
    const saved = this.fresh ? savedIn(answer) : null;
    const plan = planToJoin({
      mine: this.editor.text(),
      base: this.text(doc.base),
      shared: this.shared,
      theirs,
      saved: saved === null ? null : this.text(saved.text),
    });
    if (plan.kind === 'clash') {
      this.clash(doc, answer);
      return;
    }
    this.session = session;
    this.shared = null;
    if (plan.kind === 'follow' && saved !== null)
      this.editor.join(saved.version, this.text(saved.text), plan.text);
    else this.editor.join(version, theirs, plan.text);
    this.phase = 'joined';
    // After a clash was decided the base is what the others had, which may not be the file's.
    if (file !== undefined && file.version >= doc.version && file.text !== doc.base)
      this.file.step({ type: 'rebased', text: file.text, version: file.version });
    this.changed();
  }

  /** The person decides; what they keep or take is joined with then. */
  private clash(doc: OpenDocument, answer: DocumentOpened): void {
    const text = answer.text.replaceAll('\n', lineBreakOf(doc.base));
    const version = answer.file?.version ?? doc.version;
    const actor = answer.file?.by ?? 'others who edit this file';
    this.shared = null;
    this.file.step({ type: 'clashed', text, version, actor });
    const { path, editor } = this;
    this.call('documents.close', { path, client: editor.client }).catch(() => undefined);
  }

  private async pull(): Promise<void> {
    if (this.phase !== 'joined') return;
    const { path, session, editor } = this;
    const version = editor.version();
    const file_version = this.file.doc()?.version ?? 0;
    const asked = { path, session, version, client: editor.client, file_version };
    const answer = await this.call('documents.pull', asked);
    if (this.isClosed()) return;
    this.take(version, answer.updates);
    if (answer.file !== undefined) this.takeFile(answer.file);
    this.changed();
  }

  /** Null once everything is confirmed. */
  private async push(): Promise<Failure | null> {
    while (this.phase === 'joined') {
      const changes = this.editor.sendable().slice(0, kPushMax);
      if (changes.length === 0 || !this.file.mayEdit()) return null;
      const { path, session } = this;
      const { client } = this.editor;
      const version = this.editor.version();
      try {
        await this.call('documents.push', { path, session, version, client, changes });
        if (this.isClosed()) return null;
        // The server's own word of it may have come first.
        this.take(
          version,
          changes.map((each) => ({ client, by: '', changes: each })),
        );
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (failure.kind === 'locked') this.tryLater();
        if (failure.kind === 'locked' || failure.kind === 'unavailable') return failure;
        if (failure.kind !== 'conflict') throw thrown;
        await this.pull();
      }
    }
    return null;
  }

  private tryLater(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.inTurn(() => this.push());
    }, kLockedMs);
  }

  /** Takes those of the updates after `from` that are new here. */
  private take(from: number, updates: DocumentUpdate[]): void {
    const known = this.editor.version() - from;
    if (known >= 0) this.editor.receive(updates.slice(known));
  }

  private takeFile(file: DocumentFile): void {
    const doc = this.file.doc();
    if (doc === undefined || file.version <= doc.version) return;
    const { text, version, by, clashes } = file;
    if (!clashes) this.file.step({ type: 'rebased', text, version });
    else if (doc.incoming?.version !== version)
      this.file.step({ type: 'clashed', text, version, actor: by });
  }

  private async failed(failure: Failure): Promise<void> {
    switch (failure.kind) {
      case 'unavailable':
        return;
      case 'denied':
        // Their role has changed meanwhile: they read along, and what they typed stays here.
        if (this.phase === 'joined' && !this.file.mayEdit()) return;
        this.alone();
        return;
      case 'not_found':
        if (this.phase !== 'joined') return;
        this.lose();
        await this.join().catch(() => undefined);
        return;
      case 'locked':
        setTimeout(() => this.resume(), kLockedMs);
        return;
      default:
        this.alone();
    }
  }

  /** What cannot be shared is edited alone, as ever: whoever saves first is first. */
  private alone(): void {
    this.lose();
    this.phase = 'alone';
  }

  private lose(): void {
    if (this.phase === 'joined') {
      this.shared = this.editor.confirmed();
      this.editor.leave();
    }
    this.phase = 'apart';
  }

  private isClosed(): boolean {
    return this.phase === 'closed';
  }

  private text(fileText: string): string {
    return documentText(fileText, lineBreakOf(fileText));
  }
}

/** The file in the session, at the version that had its text. */
function savedIn({ saved, file }: DocumentOpened): { version: number; text: string } | null {
  return saved === undefined || file === undefined ? null : { version: saved, text: file.text };
}
