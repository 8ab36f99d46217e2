import { StateEffect, StateField, type EditorState, type Range } from '@codemirror/state';
import { Decoration, EditorView, WidgetType, type DecorationSet } from '@codemirror/view';

/** Somebody else's cursor and selection in the file; offsets as they were told. */
export interface Peer {
  connection: number;
  name: string;
  tone: string;
  anchor: number;
  head: number;
}

export const showPeers = StateEffect.define<Peer[]>();

/** Where the others are, moved along with what is typed until they say more. */
export const peerCursors = StateField.define<{ peers: Peer[]; shown: DecorationSet }>({
  create: () => ({ peers: [], shown: Decoration.none }),
  update(value, transaction) {
    let { peers } = value;
    if (transaction.docChanged)
      peers = peers.map((peer) => ({
        ...peer,
        anchor: transaction.changes.mapPos(within(peer.anchor, transaction.startState), 1),
        head: transaction.changes.mapPos(within(peer.head, transaction.startState), 1),
      }));
    for (const effect of transaction.effects) if (effect.is(showPeers)) peers = effect.value;
    if (peers === value.peers) return value;
    return { peers, shown: decorate(peers, transaction.state) };
  },
  provide: (field) => EditorView.decorations.from(field, ({ shown }) => shown),
});

function within(offset: number, state: EditorState): number {
  return Math.min(offset, state.doc.length);
}

function decorate(peers: Peer[], state: EditorState): DecorationSet {
  const ranges: Range<Decoration>[] = [];
  for (const peer of peers) {
    const anchor = within(peer.anchor, state);
    const head = within(peer.head, state);
    if (anchor !== head) {
      const selection = Decoration.mark({
        class: 'cm-peer-selection',
        attributes: { 'data-tone': peer.tone },
      });
      ranges.push(selection.range(Math.min(anchor, head), Math.max(anchor, head)));
    }
    const below = state.doc.lineAt(head).number === 1;
    const widget = new Caret(peer, head, below);
    ranges.push(Decoration.widget({ widget, side: 1 }).range(head));
  }
  return Decoration.set(ranges, true);
}

/**
 * A line in a person's colour, with their name for a while; above the first line there is no room
 * for it.
 */
class Caret extends WidgetType {
  constructor(
    private readonly peer: Peer,
    private readonly at: number,
    private readonly below: boolean,
  ) {
    super();
  }

  override eq(other: Caret): boolean {
    // One that has moved is drawn anew, and so says its name again.
    const same = other.peer.connection === this.peer.connection && other.at === this.at;
    return same && other.below === this.below;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement('span');
    caret.className = 'cm-peer';
    caret.dataset['tone'] = this.peer.tone;
    caret.dataset['name'] = this.peer.name;
    caret.setAttribute('aria-hidden', 'true');
    const label = document.createElement('span');
    label.className = 'cm-peer-name';
    label.dataset['below'] = String(this.below);
    label.textContent = this.peer.name;
    caret.append(label);
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}
