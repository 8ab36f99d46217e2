import type { RpcErrorObject } from '../protocol/errors';
import type { MethodName, ParamsOf, ResultOf } from '../protocol/methods';
import { isNotification, type Notification } from '../protocol/notifications';
import { backoffMs } from './backoff';
import { Failure, failureOfRpc } from './failure';

const kSubprotocol = 'coditect.v1';
const kCallTimeoutMs = 60_000;
const kSilenceMsMax = 25_000;
const kProbeTimeoutMs = 8_000;

export interface SocketHandlers {
  /** The transport is open; nothing has been attached yet. */
  onOpen(): void;
  onNotification(notification: Notification): void;
  /** The connection is gone; the next try comes after `delayMs`. `everOpened` is about this try. */
  onDown(delayMs: number, everOpened: boolean): void;
}

/** What the socket takes from its surroundings, so that a test can stand in for them. */
export interface SocketWorld {
  connect(url: string, protocol: string): WebSocket;
  random(): number;
}

const browserWorld: SocketWorld = {
  connect: (url, protocol) => new WebSocket(url, protocol),
  random: Math.random,
};

interface Pending {
  resolve(value: unknown): void;
  reject(failure: Failure): void;
  timer: ReturnType<typeof setTimeout>;
}

/**
 * JSON-RPC 2.0 over a WebSocket that reconnects until it is closed. It carries; what a connection
 * means (attaching, resuming) is the session's business. A connection that stays silent is probed,
 * because a half-open TCP connection never reports an error.
 */
export class RpcSocket {
  private socket: WebSocket | null = null;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private attempt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  private heardAtMs = 0;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly handlers: SocketHandlers,
    private readonly world: SocketWorld = browserWorld,
  ) {}

  /**
   * Connects now, whatever the backoff says. Does nothing while a connection is open or opening.
   */
  connect(): void {
    if (this.closed || this.socket !== null) return;
    clearTimeout(this.retryTimer);
    const socket = this.world.connect(this.url, kSubprotocol);
    let opened = false;
    this.socket = socket;
    socket.onopen = () => {
      opened = true;
      this.watchSilence();
      this.handlers.onOpen();
    };
    socket.onmessage = (message) => {
      this.watchSilence();
      this.receive(String(message.data));
    };
    socket.onclose = () => this.wentDown(socket, opened);
  }

  /** The connection proved useful: the next failure starts the backoff anew. */
  settled(): void {
    this.attempt = 0;
  }

  call<Name extends MethodName>(
    method: Name,
    params: ParamsOf<Name>,
    timeoutMs = kCallTimeoutMs,
  ): Promise<ResultOf<Name>> {
    const socket = this.socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) {
      const hint = 'Wait for the connection to come back, then try again.';
      return Promise.reject(new Failure('unavailable', 'Not connected to the workspace.', hint));
    }
    const id = this.nextId++;
    return new Promise<ResultOf<Name>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new Failure('unavailable', `${method} was not answered in time.`));
      }, timeoutMs);
      this.pending.set(id, { resolve: (value) => resolve(value as ResultOf<Name>), reject, timer });
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  /** Asks whether the other side is still there; if not, reconnects. */
  probe(): void {
    const asked = this.socket;
    if (asked === null) {
      this.connect();
      return;
    }
    if (asked.readyState !== WebSocket.OPEN) return;
    this.call('agents.list', {}, kProbeTimeoutMs).catch((failure: unknown) => {
      const silent = failure instanceof Failure && failure.kind === 'unavailable';
      if (silent && this.socket === asked) this.drop();
    });
  }

  /** Gives up the present connection and starts a new one after the backoff. */
  drop(): void {
    const socket = this.socket;
    if (socket === null) return;
    socket.close();
    this.wentDown(socket, true);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retryTimer);
    this.forgetSilence();
    const socket = this.socket;
    this.socket = null;
    this.failPending();
    socket?.close(1000);
  }

  private receive(text: string): void {
    const message = parseMessage(text);
    if (message === null) return;
    if ('method' in message) {
      if (isNotification(message)) this.handlers.onNotification(message);
      return;
    }
    const pending = this.pending.get(message.id);
    if (pending === undefined) return;
    this.pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.error !== undefined) pending.reject(failureOfRpc(message.error));
    else pending.resolve(message.result);
  }

  private wentDown(socket: WebSocket, opened: boolean): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.forgetSilence();
    this.failPending();
    const delayMs = backoffMs(this.attempt++, this.world.random);
    this.retryTimer = setTimeout(() => this.connect(), delayMs);
    this.handlers.onDown(delayMs, opened);
  }

  private failPending(): void {
    const failure = new Failure(
      'unavailable',
      'The connection was lost before the answer came.',
      'Look whether it took effect before you repeat it.',
    );
    for (const { reject, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(failure);
    }
    this.pending.clear();
  }

  /** For each message, and there are thousands a minute: the timer is left as it is. */
  private watchSilence(): void {
    this.heardAtMs = performance.now();
    this.silenceTimer ??= setTimeout(this.lookForSilence, kSilenceMsMax);
  }

  private readonly lookForSilence = (): void => {
    this.silenceTimer = undefined;
    const leftMs = this.heardAtMs + kSilenceMsMax - performance.now();
    if (leftMs <= 0) this.probe();
    else this.silenceTimer = setTimeout(this.lookForSilence, leftMs);
  };

  private forgetSilence(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = undefined;
  }
}

type Message =
  { method: string; params?: unknown } | { id: number; result?: unknown; error?: RpcErrorObject };

function parseMessage(text: string): Message | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if ('method' in value && typeof value.method === 'string') return value as Message;
  return 'id' in value && typeof value.id === 'number' ? (value as Message) : null;
}
