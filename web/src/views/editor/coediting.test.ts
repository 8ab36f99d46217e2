import { history, undo } from '@codemirror/commands';
import { ChangeSet, EditorState, Text, type TransactionSpec } from '@codemirror/state';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call } from '../../actions/call';
import { SharedText } from '../../actions/sharedText';
import { openDocument, stepDocument, type OpenDocument } from '../../model/document';
import { TestAuthority } from '../../model/testAuthority';
import { changesBetween } from '../../model/textChange';
import { Failure } from '../../net/failure';
import { CollabText } from './CollabText';

const kStart = 'one\ntwo\nthree\n';
const kSilenceMs = 16_000;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const authority = (text: string): TestAuthority =>
  new TestAuthority(
    { text, version: 1, by: 'user:ann', clashes: false },
    (changes, before) =>
      ChangeSet.fromJSON(changes)
        .apply(Text.of(before.split('\n')))
        .toString(),
    (before, after) =>
      ChangeSet.of(changesBetween(before, after), before.length, '\n').toJSON() as unknown,
  );

/** The studio's own part, on a state without a screen. */
class Client {
  state = EditorState.create({ doc: kStart });
  doc: OpenDocument;
  online = true;
  /** Whether the server still takes what they type, and whether they know. */
  role: 'editor' | 'viewer' = 'editor';
  mayEdit = true;
  readonly collab: CollabText;
  readonly shared: SharedText;

  constructor(
    readonly name: string,
    readonly server: TestAuthority,
    private readonly onPushed: () => void = () => undefined,
  ) {
    this.collab = new CollabText(
      name,
      () => this,
      () => 'user',
    );
    const extensions = [history(), this.collab.extension()];
    this.state = EditorState.create({ doc: server.file.text, extensions });
    const { text, version } = server.file;
    this.doc = stepDocument(openDocument('f', 1), { type: 'loaded', text, version });
    this.shared = new SharedText(this.call, 'f', this.collab, {
      doc: () => this.doc,
      isOpen: () => true,
      step: (event) => {
        this.doc = stepDocument(this.doc, event);
      },
      mayEdit: () => this.mayEdit,
    });
  }

  dispatch(spec: TransactionSpec): void {
    this.state = this.state.update(spec).state;
  }

  edit(spec: TransactionSpec): void {
    this.dispatch(spec);
    this.shared.changed();
  }

  text(): string {
    return this.state.doc.toString();
  }

  hint(): void {
    const { document } = this.server;
    if (document === null || !this.shared.isJoined()) return;
    const from = this.collab.version();
    const { session, updates } = document;
    const news = updates.slice(from);
    this.shared.hint({ path: 'f', session, version: updates.length, from, updates: news });
  }

  private readonly call = (async (method: string, params: Record<string, never>) => {
    await Promise.resolve();
    if (!this.online) throw new Failure('unavailable', 'down');
    const answer = this.answer(method, params);
    await Promise.resolve();
    // Lost on its way back: what was asked was done all the same.
    if (!this.online) throw new Failure('unavailable', 'down');
    return answer;
  }) as unknown as Call;

  private answer(method: string, params: Record<string, never>): unknown {
    const { session, version, client, changes, file_version, text, base_version } = params;
    try {
      switch (method) {
        case 'documents.open':
          return this.server.open();
        case 'documents.restore':
          return this.server.open({ text: text ?? '', base_version: base_version ?? 0 });
        case 'documents.push':
          if (this.role === 'viewer') {
            this.mayEdit = false;
            throw Object.assign(new Error(), { kind: 'denied' });
          }
          this.server.push(session ?? '', version ?? 0, client ?? '', changes ?? []);
          this.onPushed();
          return {};
        case 'documents.pull':
          return this.server.pull(session ?? '', version ?? 0, file_version ?? 0);
        default:
          return {};
      }
    } catch (thrown) {
      throw new Failure((thrown as { kind: Failure['kind'] }).kind, 'refused');
    }
  }
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(kSilenceMs);

describe('three people in one file', () => {
  for (let seed = 1; seed <= 40; seed++) {
    it(`have the same text in the end, and every word of it (seed ${seed})`, async () => {
      const next = random(seed);
      const below = (count: number): number => Math.floor(next() * count);
      const server = authority(kStart);
      const clients = ['ann', 'bob', 'cat'].map((name) => new Client(name, server));
      const words: string[] = [];
      await settle();
      for (let step = 0; step < 60; step++) {
        const client = clients[below(3)]!;
        const dice = below(10);
        if (dice < 6) {
          const word = `<${words.length}>`;
          words.push(word);
          // Between words, so that each can be found.
          const places = [...client.text().matchAll(/>|\n/g)].map(({ index }) => index + 1);
          const at = places[below(places.length)] ?? 0;
          client.edit({ changes: { from: at, insert: below(4) === 0 ? `${word}\n` : word } });
        } else if (dice < 8) client.hint();
        else if (dice < 9) client.online = !client.online;
        await vi.advanceTimersByTimeAsync(below(60));
      }
      for (const client of clients) {
        client.online = true;
        client.shared.resume();
      }
      await settle();
      const [text, ...others] = clients.map((client) => client.text());
      expect(others).toEqual([text, text]);
      expect(server.document?.text).toBe(text);
      for (const word of words) expect(text?.split(word).length, word).toBe(2);
      for (const client of clients) client.shared.close();
    });

    it(`have the same text when they delete and undo too (seed ${seed})`, async () => {
      const next = random(seed * 7_919);
      const below = (count: number): number => Math.floor(next() * count);
      const server = authority(kStart);
      const clients = ['ann', 'bob', 'cat'].map((name) => new Client(name, server));
      await settle();
      for (let step = 0; step < 60; step++) {
        const client = clients[below(3)]!;
        const { length } = client.state.doc;
        const from = below(length + 1);
        const to = Math.min(length, from + below(6));
        const dice = below(8);
        if (dice < 5) client.edit({ changes: { from, to, insert: below(2) === 0 ? 'x\n' : '' } });
        else if (dice < 6) {
          undo({ state: client.state, dispatch: (spec) => client.dispatch(spec) });
          client.shared.changed();
        } else client.hint();
        await vi.advanceTimersByTimeAsync(below(50));
      }
      await settle();
      const [text, ...others] = clients.map((client) => client.text());
      expect(others).toEqual([text, text]);
      expect(server.document?.text).toBe(text);
      for (const client of clients) client.shared.close();
    });
  }
});

async function two(text = kStart): Promise<{ server: TestAuthority; ann: Client; bob: Client }> {
  const server = authority(text);
  const ann = new Client('ann', server);
  const bob = new Client('bob', server);
  await settle();
  return { server, ann, bob };
}

describe('what is typed', () => {
  it('is taken back by its own writer alone', async () => {
    const { ann, bob } = await two();
    ann.edit({ changes: { from: 0, insert: 'A' } });
    await settle();
    bob.edit({ changes: { from: 0, insert: 'B' } });
    await settle();
    undo({ state: ann.state, dispatch: (spec) => ann.dispatch(spec) });
    ann.shared.changed();
    await settle();
    expect(bob.text()).toBe(`B${kStart}`);
    expect(ann.text()).toBe(bob.text());
  });

  it('is in the text once after a restart, whoever comes back first', async () => {
    const { server, ann, bob } = await two();
    ann.edit({ changes: { from: 0, insert: 'together ' } });
    await settle();
    server.forget();
    ann.edit({ changes: { from: 0, insert: 'A' } });
    bob.edit({ changes: { from: bob.state.doc.length, insert: 'B' } });
    bob.shared.resume();
    ann.shared.resume();
    await settle();
    expect(ann.text()).toBe(`Atogether ${kStart}B`);
    expect(bob.text()).toBe(ann.text());
  });

  it('stays where the others have gone on without it, and the person is asked', async () => {
    const { server, ann, bob } = await two();
    ann.edit({ changes: { from: 0, insert: 'mine ' } });
    await settle();
    ann.online = false;
    bob.shared.close();
    server.forget();
    const cat = new Client('cat', server);
    await settle();
    cat.edit({ changes: { from: 0, insert: 'other ' } });
    await settle();
    ann.online = true;
    ann.shared.resume();
    await settle();
    expect(ann.text()).toBe(`mine ${kStart}`);
    expect(ann.doc.incoming?.text).toBe(`other ${kStart}`);
    expect(cat.text()).toBe(`other ${kStart}`);
    ann.doc = stepDocument(ann.doc, { type: 'keep_mine' });
    ann.shared.resume();
    await settle();
    expect(cat.text()).toBe(`mine ${kStart}`);
    expect(ann.doc.base).toBe(kStart);
  });

  it('before the first connection is put beside what others have typed', async () => {
    const { server, bob } = await two();
    const late = new Client('late', server);
    late.online = false;
    late.edit({ changes: { from: 0, to: 3, insert: 'mine' } });
    bob.edit({ changes: { from: 0, insert: 'other ' } });
    await settle();
    late.online = true;
    late.shared.resume();
    await settle();
    expect(late.text()).toBe(`other mine${kStart.slice(3)}`);
    expect(bob.text()).toBe(late.text());
    expect(late.doc.incoming).toBeNull();
  });

  it('before the first connection goes on top of what others have saved since', async () => {
    const { server, bob } = await two();
    const late = new Client('late', server);
    late.online = false;
    late.edit({ changes: { from: 0, insert: 'mine ' } });
    bob.edit({ changes: { from: kStart.length, insert: 'four\n' } });
    await settle();
    server.write(bob.text(), 'user:bob');
    bob.edit({ changes: { from: 0, insert: 'other ' } });
    await settle();
    late.online = true;
    late.shared.resume();
    await settle();
    expect([late.text(), late.doc.incoming]).toEqual([bob.text(), null]);
    expect(late.text()).toMatch(/^(mine other|other mine) one\ntwo\nthree\nfour\n$/);
    expect(late.doc).toMatchObject({ base: `${kStart}four\n`, version: 2 });
  });

  it('before the first connection is asked about where the file has the same line anew', async () => {
    const { server, bob } = await two();
    const late = new Client('late', server);
    late.online = false;
    late.edit({ changes: { from: 0, to: 3, insert: 'mine' } });
    server.write(kStart.replace('one', 'other'), 'agent:kimi');
    bob.shared.resume();
    await settle();
    late.online = true;
    late.shared.resume();
    await settle();
    expect(late.text()).toBe(`mine${kStart.slice(3)}`);
    expect(late.doc.incoming?.text).toBe(bob.text());
  });

  for (let seed = 1; seed <= 40; seed++) {
    it(`before the first connection is there once, wherever it was typed (seed ${seed})`, async () => {
      const next = random(seed * 104_729);
      const below = (count: number): number => Math.floor(next() * count);
      const { server, ann, bob } = await two();
      const late = new Client('late', server);
      late.online = false;
      const words: string[] = [];
      for (let step = 0; step < 24; step++) {
        const client = [ann, bob, late, late][below(4)]!;
        const word = `<${words.length}>`;
        words.push(word);
        const places = [...client.text().matchAll(/>|\n/g)].map(({ index }) => index + 1);
        const at = places[below(places.length)] ?? 0;
        client.edit({ changes: { from: at, insert: below(3) === 0 ? `${word}\n` : word } });
        await vi.advanceTimersByTimeAsync(below(60));
      }
      late.online = true;
      late.shared.resume();
      await settle();
      expect(late.doc.incoming).toBeNull();
      expect([late.text(), ann.text()]).toEqual([bob.text(), bob.text()]);
      for (const word of words) expect(bob.text().split(word).length, word).toBe(2);
      for (const line of ['one', 'two', 'three']) expect(bob.text()).toContain(line);
    });
  }

  it('is saved as a text that the server knows', async () => {
    const { server, ann, bob } = await two();
    ann.edit({ changes: { from: 0, insert: 'A' } });
    const flushed = ann.shared.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(await flushed).toBeNull();
    const text = ann.shared.textOr(() => 'not this');
    expect(text).toBe(`A${kStart}`);
    server.write(text, 'user:ann');
    bob.shared.resume();
    await settle();
    expect(bob.doc).toMatchObject({ base: text, version: 2, incoming: null });
    expect(bob.text()).toBe(text);
  });
});

describe('somebody who becomes a viewer', () => {
  it('reads along, and what they had typed goes out when they may again', async () => {
    const { ann, bob } = await two();
    ann.role = 'viewer';
    ann.edit({ changes: { from: 0, insert: 'A' } });
    await settle();
    bob.edit({ changes: { from: 0, insert: 'B' } });
    await settle();
    expect(bob.text()).toBe(`B${kStart}`);
    expect(ann.text()).toMatch(/^(AB|BA)one/);
    ann.role = 'editor';
    ann.mayEdit = true;
    ann.shared.resume();
    await settle();
    expect(bob.text()).toBe(ann.text());
  });
});

describe('a change of the file', () => {
  it('comes to everybody once, on top of it what is not confirmed', async () => {
    const { server, ann, bob } = await two();
    ann.online = false;
    ann.edit({ changes: { from: 0, insert: 'A' } });
    server.write('one\nTWO\nthree\n', 'agent:kimi');
    ann.online = true;
    ann.shared.resume();
    bob.shared.resume();
    await settle();
    expect(ann.text()).toBe('Aone\nTWO\nthree\n');
    expect(bob.text()).toBe(ann.text());
    expect(bob.doc).toMatchObject({ base: 'one\nTWO\nthree\n', version: 2, incoming: null });
  });

  it('under a text that is not saved asks everybody, and the first answer is for all', async () => {
    const { server, ann, bob } = await two();
    ann.edit({ changes: { from: 0, insert: 'A' } });
    await settle();
    server.write('theirs\n', 'agent:kimi');
    ann.shared.resume();
    bob.shared.resume();
    await settle();
    for (const { doc } of [ann, bob]) expect(doc.incoming).toMatchObject({ text: 'theirs\n' });
    expect(ann.text()).toBe(`A${kStart}`);
    server.write(ann.text(), 'user:ann');
    bob.shared.resume();
    await settle();
    expect(bob.doc).toMatchObject({ base: `A${kStart}`, incoming: null });
  });
});
