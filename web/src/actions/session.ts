import { withSimulated } from '../model/agents';
import { applyAll, GapError } from '../model/apply';
import { fromSnapshot } from '../model/attach';
import { applyToFiles, filesFrom } from '../model/files';
import { addMessages, pageBefore, prependEvents } from '../model/history';
import type { Layout } from '../model/layout';
import { withPresence } from '../model/presence';
import { withPreview } from '../model/previews';
import { aRole, may } from '../model/roles';
import type { WorkspaceState } from '../model/state';
import { createStore, type Store } from '../model/store';
import { asFailure, Failure } from '../net/failure';
import { getWorkspace, socketUrl } from '../net/http';
import { RpcSocket } from '../net/socket';
import type { LockMode } from '../protocol/entities';
import { isKnown, type WireEvent } from '../protocol/events';
import type { Notification } from '../protocol/notifications';
import type { Presence, You } from '../protocol/people';
import type { Call } from './call';
import { Documents } from './documents';
import { DrawTime } from './drawTime';
import { Drafts } from './drafts';
import { layoutOf } from './layout';
import { OwnLocks } from './ownLocks';
import { OwnPresence } from './ownPresence';
import { Spending } from './spending';
import { Terminals } from './terminals';
import { showToast } from './toasts';
import { keyChanges } from './vendorKeys';

export type Connection =
  | { phase: 'connecting' }
  | { phase: 'connected' }
  | { phase: 'reconnecting'; retryAtMs: number }
  | { phase: 'offline' }
  | { phase: 'gone'; failure: Failure };

/**
 * A lock that was just released: shown a little longer, because agents hold many for milliseconds.
 */
export interface Fade {
  holder: string;
  mode: LockMode;
  seq: number;
}

const kFadeMs = 1_500;
/** Two frames: of four agents at work the page is told 30 times a second, not 300. */
const kPaceMs = 33;
const kPageEvents = 300;
const kTreeDepth = 64;
/**
 * Tries without an open connection after which the studio says "offline" rather than
 * "reconnecting".
 */
const kTriesBeforeOffline = 4;

/**
 * One workspace as this browser sees it: the connection, the model fed by it, and the open files.
 * Events are applied in batches, when drawing them delays no typed letter; after a gap or a
 * `resync` the state is fetched anew.
 */
export class WorkspaceSession {
  readonly connection = createStore<Connection>({ phase: 'connecting' });
  readonly state = createStore<WorkspaceState | null>(null);
  /** Who the server takes this page for; null until it has said so. */
  readonly you = createStore<You | null>(null);
  /** Everybody's open pages, one's own too. */
  readonly here = createStore<Presence[]>([]);
  readonly fades = createStore<Record<string, Fade>>({});
  /** The line to bring into sight; a new object asks again. */
  readonly reveal = createStore<{ path: string; line: number } | null>(null);
  /** Where the cursor of an open file stands, from 1. */
  readonly cursorLine = new Map<string, number>();
  readonly historyLoading = createStore(false);
  readonly moreMessages = createStore(false);
  readonly documents: Documents;
  readonly locks: OwnLocks;
  readonly terminals: Terminals;
  readonly spending: Spending;
  readonly layout: Store<Layout>;
  readonly presence: OwnPresence;
  private readonly socket: RpcSocket;
  private readonly drafts: Drafts;
  private queue: ModelNotification[] = [];
  private readonly drawTime = new DrawTime(() => this.flush());
  private attaching = false;
  private failedTries = 0;

  constructor(
    readonly id: string,
    private readonly onUnauthorized: () => void,
  ) {
    this.socket = new RpcSocket(socketUrl(id, window.location), {
      onOpen: () => void this.attach(this.state.get()?.seq),
      onNotification: (notification) => this.enqueue(notification),
      onDown: (delayMs, everOpened) => this.wentDown(delayMs, everOpened),
    });
    this.locks = new OwnLocks(this.call, id);
    this.drafts = new Drafts(id, this.personHere());
    this.documents = new Documents(this.call, this.locks, this.drafts);
    this.terminals = new Terminals(this.call);
    this.spending = new Spending(this.call, this.state);
    this.layout = layoutOf(id);
    this.presence = new OwnPresence(this.call);
    this.documents.store.subscribe(() => this.presence.setPath(this.documents.store.get().active));
  }

  readonly call: Call = (method, params) => this.socket.call(method, params);

  /** Whether this person's role lets them change files. */
  mayEdit(): boolean {
    return may(this.you.get()?.role ?? 'viewer', 'editor');
  }

  start(): void {
    window.addEventListener('online', this.lookAgain);
    document.addEventListener('visibilitychange', this.lookAgain);
    this.socket.connect();
  }

  close(): void {
    window.removeEventListener('online', this.lookAgain);
    document.removeEventListener('visibilitychange', this.lookAgain);
    this.drawTime.close();
    this.locks.close();
    this.presence.close();
    this.drafts.close();
    this.documents.sharing.close();
    this.spending.close();
    this.socket.close();
  }

  /** Connects now instead of after the backoff, or checks the connection there is. */
  readonly lookAgain = (): void => {
    if (document.visibilityState === 'visible') this.socket.probe();
  };

  /** Loads the page of events before those in the log. */
  async loadEarlierEvents(): Promise<void> {
    const state = this.state.get();
    const page = state === null ? null : pageBefore(state, kPageEvents);
    if (page === null || this.historyLoading.get()) return;
    this.historyLoading.set(true);
    try {
      const { events } = await this.call('timeline.range', page);
      this.change((current) => prependEvents(current, events));
    } finally {
      this.historyLoading.set(false);
    }
  }

  async loadEarlierMessages(): Promise<void> {
    const oldest = this.state.get()?.chat.find((item) => item.kind === 'message')?.seq;
    const page = { limit: 50, ...(oldest === undefined ? {} : { before: oldest }) };
    const { messages, more } = await this.call('messages.list', page);
    this.change((state) => addMessages(state, messages));
    this.moreMessages.set(more);
  }

  /**
   * Events between the request and the answer may or may not be in the answer: they are applied
   * again, which changes nothing where they are.
   */
  async loadTree(): Promise<void> {
    const asked = this.state.get()?.seq ?? 0;
    const { entries, truncated } = await this.call('files.tree', { depth: kTreeDepth });
    this.change((state) => ({
      ...state,
      files: state.log
        .filter((event) => event.seq > asked)
        .filter(isKnown)
        .reduce(applyToFiles, filesFrom(entries)),
      filesTruncated: truncated,
      treeChanges: state.treeChanges + 1,
    }));
  }

  /** How agents are reached may have changed: whether they are simulated is no event. */
  async refreshAgents(): Promise<void> {
    const { agents } = await this.call('agents.list', {});
    this.change((state) => ({ ...state, agents: withSimulated(state.agents, agents) }));
  }

  /** Whoever attaches first. */
  private personHere(): Promise<string> {
    return new Promise((resolve) => {
      const stop = this.you.subscribe(() => {
        const you = this.you.get();
        if (you === null) return;
        stop();
        resolve(you.actor);
      });
    });
  }

  private async attach(resumeFrom: number | undefined): Promise<void> {
    this.attaching = true;
    try {
      const from = resumeFrom === undefined ? {} : { resume_from: resumeFrom };
      const result = await this.call('workspace.attach', { ...from, pace_ms: kPaceMs });
      const before = this.you.get();
      if (before !== null && before.actor !== result.you.actor) {
        // Somebody else has logged in beside this page: what it shows is not theirs.
        window.location.reload();
        return;
      }
      this.you.set(result.you);
      const replaced = resumeFrom === undefined || result.resync === true;
      if (replaced) {
        this.state.set(fromSnapshot(result));
        this.locks.reconcile(result.locks);
      } else {
        // A change of keys is no event: what was missed of it is in the answer alone.
        this.change((state) => ({
          ...state,
          agents: withSimulated(state.agents, result.agents),
        }));
        keyChanges.update((count) => count + 1);
      }
      this.attaching = false;
      this.failedTries = 0;
      this.socket.settled();
      this.connection.set({ phase: 'connected' });
      this.flush();
      if (replaced) this.loadBackground();
      this.terminals.refresh().catch(() => undefined);
      this.presence.tell();
      this.documents.sharing.resumeAll();
    } catch (thrown) {
      this.attaching = false;
      const failure = asFailure(thrown);
      if (failure.kind === 'unavailable') this.socket.drop();
      else this.giveUp(failure);
    }
  }

  /** What the first screen can do without. A failure shows where the part is missing. */
  private loadBackground(): void {
    const parts = [this.loadTree(), this.loadEarlierEvents(), this.loadEarlierMessages()];
    void Promise.allSettled(parts);
    this.documents.refreshAll();
  }

  private enqueue(notification: Notification): void {
    if (isOfModel(notification)) {
      this.queue.push(notification);
      this.drawTime.request();
      return;
    }
    // Nothing of the model: it is drawn as it comes.
    switch (notification.method) {
      case 'terminal.output':
      case 'terminal.exit':
        this.terminals.take(notification);
        return;
      case 'presence':
        this.here.update((here) => withPresence(here, notification));
        return;
      case 'document':
        this.documents.sharing.hint(notification.params);
        return;
      case 'you':
        this.you.set(notification.params);
        showToast({ tone: 'info', text: `You are ${aRole(notification.params.role)} here now` });
        return;
      case 'provider_keys':
        keyChanges.update((count) => count + 1);
        // Where this fails the connection is going, and the next one tells.
        this.refreshAgents().catch(() => undefined);
    }
  }

  private flush(): void {
    if (this.attaching || this.state.get() === null) return;
    const batch = this.queue;
    this.queue = [];
    const before = this.state.get()?.seq ?? 0;
    try {
      this.change((state) => takeAll(state, batch));
    } catch (thrown) {
      if (!(thrown instanceof GapError) && !(thrown instanceof ResyncError)) throw thrown;
      void this.attach(undefined);
      return;
    }
    for (const { method, params } of batch) {
      if (method === 'event' && params.event.seq > before) this.follow(params.event);
    }
  }

  private follow(event: WireEvent): void {
    if (!isKnown(event)) return;
    this.documents.follow(event);
    if (event.type === 'lock_released') {
      const { path, holder, mode, token } = event.data;
      this.locks.ended(path, token);
      this.fade(path, { holder, mode, seq: event.seq });
    }
  }

  private fade(path: string, fade: Fade): void {
    this.fades.update((fades) => ({ ...fades, [path]: fade }));
    setTimeout(() => {
      this.fades.update((fades) => {
        if (fades[path]?.seq !== fade.seq) return fades;
        const { [path]: _faded, ...rest } = fades;
        return rest;
      });
    }, kFadeMs);
  }

  private change(change: (state: WorkspaceState) => WorkspaceState): void {
    const state = this.state.get();
    if (state !== null) this.state.set(change(state));
  }

  private wentDown(delayMs: number, everOpened: boolean): void {
    this.failedTries = everOpened ? 0 : this.failedTries + 1;
    const offline = !navigator.onLine || this.failedTries >= kTriesBeforeOffline;
    this.connection.set(
      offline ? { phase: 'offline' } : { phase: 'reconnecting', retryAtMs: Date.now() + delayMs },
    );
    if (!everOpened) void this.findOutWhy();
  }

  /** A browser does not tell why an upgrade was refused; the same question over HTTP does. */
  private async findOutWhy(): Promise<void> {
    try {
      await getWorkspace(this.id);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.kind === 'unauthorized') this.onUnauthorized();
      if (failure.kind === 'not_found' || failure.kind === 'denied') this.giveUp(failure);
    }
  }

  private giveUp(failure: Failure): void {
    this.connection.set({ phase: 'gone', failure });
    this.socket.close();
  }
}

class ResyncError extends Error {}

type ModelNotification = Extract<Notification, { method: 'event' | 'resync' | 'preview' }>;

function isOfModel(notification: Notification): notification is ModelNotification {
  const { method } = notification;
  return method === 'event' || method === 'resync' || method === 'preview';
}

function takeAll(state: WorkspaceState, batch: ModelNotification[]): WorkspaceState {
  let next = state;
  let events: WireEvent[] = [];
  for (const notification of batch) {
    if (notification.method === 'event') {
      events.push(notification.params.event);
      continue;
    }
    if (notification.method === 'resync') throw new ResyncError();
    next = applyAll(next, events);
    events = [];
    next = { ...next, previews: withPreview(next.previews, notification.params) };
  }
  return applyAll(next, events);
}
