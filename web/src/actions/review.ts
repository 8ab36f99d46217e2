import { callsToAccept, notAccepted } from '../model/acceptAll';
import { concernsReview, keepSame, type ReviewedFile } from '../model/review';
import { createStore } from '../model/store';
import { asFailure, type Failure } from '../net/failure';
import type { RefusedPlace, TaskChanges } from '../protocol/entities';
import type { WorkspaceSession } from './session';
import { showFailure, showToast } from './toasts';

export interface ReviewState {
  changes: TaskChanges | null;
  failure: Failure | null;
  /** Whether something is being accepted or rejected. */
  busy: boolean;
}

/** What is asked for again at once may wait so long for more of the same. */
const kGatherMs = 200;
const kReadsMax = 6;
/** The server's limits of a call: files, and pieces of one. */
const kCallMax = { files: 2_000, hunks: 1_000 };

/**
 * What one task has changed, looked at again as the workspace goes on. Texts of files are read
 * as they come into sight, for the lines around the changes.
 */
export class Review {
  readonly store = createStore<ReviewState>({ changes: null, failure: null, busy: false });
  /** By path and version. */
  readonly texts = createStore<Record<string, string>>({});
  private readonly wanted: ReviewedFile[] = [];
  private readonly asked = new Set<string>();
  private reading = 0;
  private seen = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looking: Promise<void> | null = null;
  private acting: Promise<void> = Promise.resolve();
  private waiting = 0;
  private stale = false;
  private open = true;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly session: WorkspaceSession,
    readonly task: string,
  ) {}

  start(): void {
    this.seen = this.session.state.get()?.seq ?? 0;
    this.unsubscribe = this.session.state.subscribe(() => this.follow());
    void this.refresh();
  }

  close(): void {
    this.open = false;
    clearTimeout(this.timer);
    this.unsubscribe();
  }

  /** Looks again; while it does, once more at most. */
  refresh(): Promise<void> {
    if (this.looking !== null) {
      this.stale = true;
      return this.looking;
    }
    this.stale = false;
    this.looking = this.look();
    return this.looking;
  }

  private async look(): Promise<void> {
    const began = Date.now();
    try {
      const changes = await this.session.call('tasks.changes', { id: this.task });
      this.store.update((state) => ({
        ...state,
        changes: keepSame(state.changes, changes),
        failure: null,
      }));
    } catch (thrown) {
      this.store.update((state) => ({ ...state, failure: asFailure(thrown) }));
    }
    this.looking = null;
    // A long look is not taken twice as often as it lasts.
    if (this.stale) this.later(Math.max(kGatherMs, Date.now() - began));
  }

  /** Reads the text of a file in sight, once for each version. */
  need(file: ReviewedFile): void {
    const key = textKey(file);
    if (file.version === 0 || this.asked.has(key)) return;
    if (!file.hunks.some(({ kind }) => kind === 'lines')) return;
    this.asked.add(key);
    this.wanted.push(file);
    this.readNext();
  }

  accept(path: string, hunks: string[]): void {
    this.act(async () => {
      const choice = this.choice(path, hunks);
      if (choice !== null) await this.session.call('tasks.accept_hunks', choice.params);
    });
  }

  /** Accepts what is left to accept; files that are refused are named, and stay to be looked at. */
  acceptAll(): void {
    this.act(async () => {
      const refused: RefusedPlace[] = [];
      const calls = callsToAccept(this.store.get().changes?.files ?? [], kCallMax);
      for (const files of calls) {
        const answer = await this.session.call('tasks.accept_files', { id: this.task, files });
        refused.push(...answer.refused);
      }
      if (refused.length > 0) showToast({ tone: 'danger', ...notAccepted(refused) });
    });
  }

  /** Takes pieces out of a file, as the person's own edit; the toast brings them back. */
  reject(path: string, hunks: string[]): void {
    this.act(async () => {
      const choice = this.choice(path, hunks);
      if (choice === null) return;
      const { file, params } = choice;
      const undo = await this.undoOf(file, params.hunks);
      const { version } = await this.session.call('tasks.reject_hunks', params);
      const count = params.hunks.length;
      const text = `${count === 1 ? 'One change' : `${count} changes`} of ${path} taken out`;
      if (undo === undefined) {
        const hint = 'The checkpoint before it brings this back.';
        showToast({ tone: 'success', text, hint });
        return;
      }
      const run = (): void => {
        undo(version).catch(showFailure);
      };
      showToast({ tone: 'success', text, action: { label: 'Undo', run } });
    });
  }

  /** Takes back all that can be, of a task that has ended. */
  rejectAll(): Promise<void> {
    return this.act(async () => {
      const { changed } = await this.session.call('tasks.revert', {
        id: this.task,
        conflicts: 'skip',
      });
      showToast({
        tone: 'success',
        text: `${changed} ${changed === 1 ? 'file is' : 'files are'} as before the task`,
        hint: 'The checkpoint before it brings the changes back.',
      });
    });
  }

  /**
   * What brings back the pieces that are rejected next, given the version that this makes. None
   * where more than the text of one file is at stake.
   */
  private async undoOf(
    file: ReviewedFile,
    hunks: string[],
  ): Promise<((version: number) => Promise<unknown>) | undefined> {
    const { path } = file;
    const { call } = this.session;
    const kinds = new Set(file.hunks.filter(({ id }) => hunks.includes(id)).map((h) => h.kind));
    const [kind] = kinds;
    if (kinds.size !== 1) return undefined;
    if (kind === 'removed') {
      return (version) => call('files.remove', { path, base_version: version });
    }
    if (kind !== 'lines' && kind !== 'created') return undefined;
    const read = await call('files.read', { path }).catch(() => null);
    if (read === null || read.version !== file.version) return undefined;
    return kind === 'created'
      ? () => call('files.create', { path, text: read.text })
      : (version) => call('files.write', { path, text: read.text, base_version: version });
  }

  /** Those of the pieces that are still there, of the file as it is known now. */
  private choice(path: string, hunks: string[]) {
    const file = this.store.get().changes?.files.find((each) => each.path === path);
    const known = new Set(file?.hunks.map(({ id }) => id));
    const left = hunks.filter((id) => known.has(id)).slice(0, kCallMax.hunks);
    if (file === undefined || left.length === 0) return null;
    const params = { id: this.task, path, version: file.version, hunks: left };
    return { file, params };
  }

  /** One after the other: each sees what the one before has made of the files. */
  private act(work: () => Promise<void>): Promise<void> {
    this.waiting++;
    this.store.update((state) => ({ ...state, busy: true }));
    this.acting = this.acting.then(async () => {
      try {
        await work();
      } catch (thrown) {
        showFailure(thrown);
      }
      await this.refreshed();
      this.waiting--;
      if (this.waiting === 0) this.store.update((state) => ({ ...state, busy: false }));
    });
    return this.acting;
  }

  /** What was asked before is not new enough. */
  private async refreshed(): Promise<void> {
    await this.looking;
    await this.refresh();
  }

  private follow(): void {
    const state = this.session.state.get();
    if (state === null || state.seq === this.seen) return;
    const { changes } = this.store.get();
    // A state that was fetched anew may lack what happened in between.
    const fresh = state.seq < this.seen ? undefined : state.log.slice(-(state.seq - this.seen));
    this.seen = state.seq;
    if (changes === null) return;
    const concerns = fresh?.some((event) => concernsReview(event, this.task, changes)) ?? true;
    if (concerns) this.later(kGatherMs);
  }

  private later(ms: number): void {
    if (!this.open) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.refresh();
    }, ms);
  }

  private readNext(): void {
    const file = this.reading < kReadsMax ? this.wanted.shift() : undefined;
    if (file === undefined || !this.open) return;
    this.reading++;
    this.session
      .call('files.read', { path: file.path })
      .then(
        ({ text, version }) => {
          if (version !== file.version) return;
          this.texts.update((texts) => ({ ...texts, [textKey(file)]: text }));
        },
        // Without the text the changes are shown alone.
        () => undefined,
      )
      .finally(() => {
        this.reading--;
        this.readNext();
      });
  }
}

export function textKey({ path, version }: ReviewedFile): string {
  return `${version} ${path}`;
}
