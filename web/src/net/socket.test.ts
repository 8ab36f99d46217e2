import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Notification } from '../protocol/notifications';
import { backoffMs } from './backoff';
import { Failure } from './failure';
import { RpcSocket } from './socket';

class FakeSocket {
  readyState = 0;
  sent: { id: number; method: string }[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { id: number; method: string });
  }
  close(): void {
    this.readyState = 3;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  fail(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  receive(value: unknown): void {
    this.onmessage?.({ data: typeof value === 'string' ? value : JSON.stringify(value) });
  }
}

describe('the socket', () => {
  let made: FakeSocket[] = [];
  let notifications: Notification[] = [];
  let downs: { delayMs: number; everOpened: boolean }[] = [];
  let socket: RpcSocket;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', { OPEN: 1 });
    made = [];
    notifications = [];
    downs = [];
    socket = new RpcSocket(
      'ws://x',
      {
        onOpen: () => undefined,
        onNotification: (notification) => notifications.push(notification),
        onDown: (delayMs, everOpened) => downs.push({ delayMs, everOpened }),
      },
      {
        connect: () => {
          const fake = new FakeSocket();
          made.push(fake);
          return fake as unknown as WebSocket;
        },
        random: () => 1,
      },
    );
    socket.connect();
  });

  afterEach(() => {
    socket.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('pairs answers with calls, in any order', async () => {
    made[0]!.open();
    const first = socket.call('agents.list', {});
    const second = socket.call('tasks.list', {});
    made[0]!.receive({ jsonrpc: '2.0', id: 2, result: { tasks: [] } });
    made[0]!.receive({ jsonrpc: '2.0', id: 1, result: { agents: [] } });
    await expect(first).resolves.toEqual({ agents: [] });
    await expect(second).resolves.toEqual({ tasks: [] });
  });

  it('turns an error into a Failure with its hint', async () => {
    made[0]!.open();
    const call = socket.call('files.read', { path: 'x' });
    const error = {
      code: -32001,
      message: 'no such file',
      data: { kind: 'not_found', hint: 'look' },
    };
    made[0]!.receive({ jsonrpc: '2.0', id: 1, error });
    await expect(call).rejects.toMatchObject({
      kind: 'not_found',
      message: 'no such file',
      hint: 'look',
    });
  });

  it('refuses a call while it is down and fails those under way when it goes down', async () => {
    await expect(socket.call('agents.list', {})).rejects.toBeInstanceOf(Failure);
    made[0]!.open();
    const call = socket.call('agents.list', {});
    made[0]!.fail();
    await expect(call).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('reconnects ever more slowly until a connection proves useful', () => {
    for (const expected of [250, 500, 1_000, 2_000]) {
      made.at(-1)!.fail();
      expect(downs.at(-1)).toEqual({ delayMs: expected, everOpened: false });
      vi.advanceTimersByTime(expected);
    }
    expect(made).toHaveLength(5);
    made.at(-1)!.open();
    socket.settled();
    made.at(-1)!.fail();
    expect(downs.at(-1)).toEqual({ delayMs: 250, everOpened: true });
  });

  it('does not reconnect once closed', () => {
    socket.close();
    made[0]!.fail();
    vi.advanceTimersByTime(60_000);
    expect(made).toHaveLength(1);
    expect(downs).toEqual([]);
  });

  it.each([
    'not json',
    '[]',
    '"text"',
    '{"jsonrpc":"2.0"}',
    '{"method":"unheard_of","params":{}}',
    '{"method":"event"}',
    '{"id":99,"result":1}',
    '{"id":null,"error":{"code":-32700,"message":"parse"}}',
  ])('lets %j pass without effect', (text) => {
    made[0]!.open();
    made[0]!.receive(text);
    expect(notifications).toEqual([]);
  });

  it('hands notifications on', () => {
    made[0]!.open();
    made[0]!.receive({ jsonrpc: '2.0', method: 'resync', params: { head: 5 } });
    expect(notifications).toEqual([
      expect.objectContaining({ method: 'resync', params: { head: 5 } }),
    ]);
  });

  it('probes a silent connection and gives up a dead one', async () => {
    made[0]!.open();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(made[0]!.sent).toEqual([expect.objectContaining({ method: 'agents.list' })]);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(downs).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(made).toHaveLength(2);
  });

  it('keeps a connection that answers the probe', async () => {
    made[0]!.open();
    await vi.advanceTimersByTimeAsync(25_000);
    made[0]!.receive({ jsonrpc: '2.0', id: 1, result: { agents: [] } });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(downs).toEqual([]);
  });
});

describe('the backoff', () => {
  it('stays between half and all of a doubling that ends at 15 s', () => {
    for (let attempt = 0; attempt < 2_000; attempt += attempt < 20 ? 1 : 100) {
      const most = backoffMs(attempt, () => 1);
      expect(most).toBe(Math.min(15_000, 250 * 2 ** Math.min(attempt, 16)));
      expect(backoffMs(attempt, () => 0)).toBe(most / 2);
    }
  });
});
