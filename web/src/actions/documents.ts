import {
  openDocument,
  stepDocument,
  type DocumentEvent,
  type OpenDocument,
} from '../model/document';
import { startOf, type Start } from '../model/drafts';
import { createStore } from '../model/store';
import { asFailure } from '../net/failure';
import type { KnownEvent } from '../protocol/events';
import type { Call } from './call';
import type { Drafts } from './drafts';
import type { OwnLocks } from './ownLocks';
import { Sharing } from './sharing';
import { showToast } from './toasts';

export interface DocumentsState {
  /** Paths of the tabs, left to right. */
  tabs: string[];
  active: string | null;
  open: Record<string, OpenDocument>;
}

/** The text in an editor; what is written is as if its person had typed it. */
export interface Buffer {
  read(): string;
  write(text: string): void;
}

/** A re-read to be done: it must reach `seq`, written by `actor`. */
interface Turn {
  actor: string;
  seq: number;
}

/**
 * The open files. It moves texts between the server and the editors: loading, saving against the
 * version they are based on, and bringing in what others wrote. An editor registers how to read
 * its text.
 */
export class Documents {
  readonly store = createStore<DocumentsState>({ tabs: [], active: null, open: {} });
  readonly sharing: Sharing;
  private readonly buffers = new Map<string, Buffer>();
  private readonly saves = new Map<string, Promise<void>>();
  /** Paths being re-read, with what was asked for meanwhile (`seq` 0: nothing). */
  private readonly refreshes = new Map<string, Turn>();
  private nextId = 1;

  constructor(
    private readonly call: Call,
    private readonly locks: OwnLocks,
    private readonly drafts: Drafts,
  ) {
    this.sharing = new Sharing(call);
  }

  registerBuffer(path: string, buffer: Buffer): () => void {
    this.buffers.set(path, buffer);
    return () => {
      if (this.buffers.get(path) === buffer) this.buffers.delete(path);
    };
  }

  get(path: string): OpenDocument | undefined {
    return this.store.get().open[path];
  }

  async open(path: string): Promise<void> {
    const { tabs, open } = this.store.get();
    if (open[path] !== undefined) {
      this.store.update((state) => ({ ...state, active: path }));
      return;
    }
    this.store.set({
      tabs: [...tabs, path],
      active: path,
      open: { ...open, [path]: openDocument(path, this.nextId++) },
    });
    await this.load(path);
  }

  async load(path: string): Promise<void> {
    const kept = this.drafts.get(path);
    try {
      const now = await this.call('files.read', { path });
      this.begin(path, startOf(now, await kept));
    } catch (thrown) {
      const problem = asFailure(thrown);
      const draft = await kept;
      if (problem.kind !== 'not_found' || draft === undefined) {
        this.step(path, { type: 'load_failed', problem });
        return;
      }
      this.begin(path, { base: draft.base, version: draft.version, draft: draft.text });
      this.step(path, { type: 'removed', actor: 'another' });
    }
  }

  private begin(path: string, { base, version, draft, theirs }: Start): void {
    this.step(path, { type: 'loaded', text: base, version, draft });
    if (theirs !== undefined) {
      this.step(path, { type: 'theirs', ...theirs, actor: 'another writer' });
    }
    if (draft === undefined) return;
    showToast({
      tone: 'info',
      text: `What you had typed in ${path} is back.`,
      hint: 'It is not saved yet.',
      action: { label: 'Give it up', run: () => this.giveUp(path) },
    });
  }

  /** Makes the editor's text the file's again; undo brings it back. */
  private giveUp(path: string): void {
    const doc = this.get(path);
    if (doc?.phase === 'ready') this.buffers.get(path)?.write(doc.base);
  }

  /** The text in the editor has changed, or what it is based on. */
  keepDraft(path: string): void {
    this.drafts.changed(path, () => {
      const doc = this.get(path);
      const read = this.buffers.get(path)?.read;
      if (doc?.phase !== 'ready' || read === undefined) return 'unknown';
      return doc.dirty ? { text: read(), base: doc.base, version: doc.version } : 'saved';
    });
  }

  /** Closes a file; what is not saved in it is given up. */
  close(path: string): void {
    this.drafts.drop(path);
    this.store.update(({ tabs, active, open }) => {
      const index = tabs.indexOf(path);
      const left = tabs.filter((tab) => tab !== path);
      const { [path]: _closed, ...rest } = open;
      const next = active === path ? (left[Math.min(index, left.length - 1)] ?? null) : active;
      return { tabs: left, active: next, open: rest };
    });
  }

  /** Saves what the editor holds; a refused save leaves it unsaved and says why in the document. */
  async save(path: string): Promise<void> {
    const doc = this.get(path);
    const read = this.buffers.get(path)?.read;
    if (doc === undefined || read === undefined || doc.phase !== 'ready' || doc.saving) return;
    if (!doc.dirty && doc.removedBy === null) return;
    const work = this.write(doc, read);
    this.saves.set(path, work);
    await work;
    this.saves.delete(path);
  }

  private async write(before: OpenDocument, read: () => string, again = true): Promise<void> {
    const { path } = before;
    this.step(path, { type: 'save_started' });
    const lock = this.locks.tokens.get()[path];
    const failure = (await this.sharing.get(path)?.flush()) ?? null;
    if (failure !== null) {
      this.step(path, { type: 'save_failed', problem: failure });
      return;
    }
    const text = this.sharing.get(path)?.textOr(read) ?? read();
    const doc = this.get(path) ?? before;
    const { version } = doc;
    try {
      const written =
        doc.removedBy === null
          ? await this.call('files.write', {
              path,
              text,
              base_version: version,
              ...(lock === undefined ? {} : { lock }),
            })
          : await this.call('files.create', { path, text });
      this.step(path, { type: 'saved', text, version: written.version });
      this.sharing.get(path)?.resume();
    } catch (thrown) {
      const problem = asFailure(thrown);
      if (problem.kind === 'conflict' && again && (await this.sharing.get(path)?.catchUp())) {
        await this.write(doc, read, false);
        return;
      }
      this.step(path, { type: 'save_failed', problem });
      if (problem.kind === 'conflict') this.lookAgain(path, 'another writer');
    }
  }

  step(path: string, event: DocumentEvent): void {
    if (event.type === 'edited' && event.dirty) this.locks.touched(path);
    this.store.update((state) => {
      const doc = state.open[path];
      if (doc === undefined) return state;
      const next = stepDocument(doc, event);
      return next === doc ? state : { ...state, open: { ...state.open, [path]: next } };
    });
  }

  /** Follows what the log says about open files. */
  follow(event: KnownEvent): void {
    if (event.type !== 'file_edit') return;
    const { op, path, from } = event.data;
    if (op === 'move' && from !== undefined) this.renamed(from, path);
    if (this.get(path) === undefined) return;
    if (op === 'remove') this.step(path, { type: 'removed', actor: event.actor });
    else this.lookAgain(path, event.actor, event.seq);
  }

  /** Re-reads every open file: after a resync nothing is known about what happened in between. */
  refreshAll(): void {
    for (const path of this.store.get().tabs) {
      const doc = this.get(path);
      if (doc?.phase === 'ready') this.lookAgain(path, 'another writer');
      else void this.load(path);
    }
  }

  /** Where the text is shared, what is new comes by the session. */
  private lookAgain(path: string, actor: string, seq?: number): void {
    if (this.sharing.isTaking(path)) {
      if (seq === undefined || seq > (this.get(path)?.version ?? 0))
        this.sharing.get(path)?.resume();
    } else void this.refresh(path, actor, seq);
  }

  /** A save under way goes first, so that our own write is not taken for somebody else's. */
  private async refresh(path: string, actor: string, seq = Infinity): Promise<void> {
    const running = this.refreshes.get(path);
    if (running !== undefined) {
      this.refreshes.set(path, { actor, seq: Math.max(seq, running.seq) });
      return;
    }
    let turn: Turn | undefined = { actor, seq };
    while (turn !== undefined) {
      this.refreshes.set(path, { ...turn, seq: 0 });
      await this.saves.get(path);
      await this.catchUp(path, turn);
      const next = this.refreshes.get(path);
      turn = next !== undefined && next.seq > 0 ? next : undefined;
    }
    this.refreshes.delete(path);
  }

  private async catchUp(path: string, turn: Turn): Promise<void> {
    const doc = this.get(path);
    if (doc === undefined || (doc.version >= turn.seq && doc.removedBy === null)) return;
    try {
      const { text, version } = await this.call('files.read', { path });
      this.step(path, { type: 'theirs', text, version, actor: turn.actor });
    } catch (thrown) {
      const gone = asFailure(thrown).kind === 'not_found';
      if (gone) this.step(path, { type: 'removed', actor: turn.actor });
    }
  }

  private renamed(from: string, to: string): void {
    const moving = this.store
      .get()
      .tabs.filter((tab) => tab === from || tab.startsWith(`${from}/`));
    for (const tab of moving) this.renameTab(tab, to + tab.slice(from.length));
  }

  private renameTab(from: string, to: string): void {
    this.drafts.drop(from);
    this.step(from, { type: 'moved', to });
    this.store.update(({ tabs, active, open }) => {
      const { [from]: doc, ...rest } = open;
      if (doc === undefined) return { tabs, active, open };
      return {
        tabs: tabs.map((tab) => (tab === from ? to : tab)),
        active: active === from ? to : active,
        open: { ...rest, [to]: doc },
      };
    });
  }
}
