import { collab, getSyncedVersion, receiveUpdates, sendableUpdates } from '@codemirror/collab';
import {
  ChangeSet,
  Compartment,
  Text,
  Transaction,
  type EditorState,
  type Extension,
  type TransactionSpec,
} from '@codemirror/state';
import type { SharedEditor } from '../../actions/sharedText';
import { changesBetween } from '../../model/textChange';
import type { DocumentUpdate } from '../../protocol/documents';
import { markRanges } from './remoteMarks';

/** What holds the state: an EditorView, or a test. */
export interface Holder {
  readonly state: EditorState;
  dispatch(spec: TransactionSpec): void;
}

/** The client's name in a session where no editor has made an update. */
const kFile = '(file)';

/**
 * The text of an editor as one of several of a document: operational transformation by
 * @codemirror/collab, whose updates the server puts into an order.
 */
export class CollabText implements SharedEditor {
  private readonly slot = new Compartment();
  private agreed: Text = Text.empty;
  private joined = false;

  constructor(
    readonly client: string,
    private readonly holder: () => Holder,
    private readonly toneOf: (actor: string) => string,
  ) {}

  extension(): Extension {
    return this.slot.of([]);
  }

  text(): string {
    return this.holder().state.doc.toString();
  }

  confirmed(): string {
    return this.agreed.toString();
  }

  version(): number {
    return getSyncedVersion(this.holder().state);
  }

  join(version: number, theirs: string, text: string): void {
    this.leave();
    this.replace(theirs);
    this.agreed = this.holder().state.doc;
    const sharing = collab({ startVersion: version, clientID: this.client });
    this.holder().dispatch({ effects: this.slot.reconfigure(sharing) });
    this.joined = true;
    this.replace(text);
  }

  /** Keeps the text. */
  leave(): void {
    if (!this.joined) return;
    this.joined = false;
    this.holder().dispatch({ effects: this.slot.reconfigure([]) });
  }

  receive(updates: DocumentUpdate[]): void {
    if (updates.length === 0) return;
    const parsed = updates.map(({ client, by, changes }) => ({
      clientID: client === '' ? kFile : client,
      changes: ChangeSet.fromJSON(changes),
      by,
    }));
    for (const { changes } of parsed) this.agreed = changes.apply(this.agreed);
    const holder = this.holder();
    const transaction = receiveUpdates(holder.state, parsed);
    holder.dispatch(transaction);
    const written = parsed.findLast(({ clientID }) => clientID === kFile);
    if (written === undefined) return;
    const ranges: { from: number; to: number }[] = [];
    transaction.changes.iterChanges((_fromA, _toA, from, to) => ranges.push({ from, to }));
    holder.dispatch({ effects: markRanges.of({ tone: this.toneOf(written.by), ranges }) });
  }

  sendable(): unknown[] {
    if (!this.joined) return [];
    return sendableUpdates(this.holder().state).map(({ changes }) => changes.toJSON() as unknown);
  }

  /** By the fewest changes, so that cursors stay; nothing that undo takes back. */
  private replace(text: string): void {
    const changes = changesBetween(this.text(), text).map(({ from, to, insert }) => ({
      from,
      to,
      insert: Text.of(insert.split('\n')),
    }));
    if (changes.length === 0) return;
    const annotations = [Transaction.remote.of(true), Transaction.addToHistory.of(false)];
    this.holder().dispatch({ changes, annotations, filter: false });
  }
}
