import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
  isolateHistory,
} from '@codemirror/commands';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { unifiedMergeView } from '@codemirror/merge';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import {
  Compartment,
  EditorState,
  Text,
  Transaction,
  type Extension,
  type StateEffect,
} from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  type ViewUpdate,
} from '@codemirror/view';
import { freshId } from '../../actions/freshId';
import type { AuthoredLines } from '../../model/authors';
import { toneOf } from '../../model/format';
import { changesBetween, lineBreakOf } from '../../model/textChange';
import { CollabText } from './CollabText';
import { editorTheme, highlightStyle } from './editorTheme';
import { searchPanel } from './searchPanel';
import { languageOf } from './languages';
import { overview, setAuthors } from './overview';
import { peerCursors, showPeers, type Peer } from './peerCursors';
import { remoteMarks, markRanges, markRemote, clearRemoteMarks } from './remoteMarks';

const kMarkMs = 2_500;

export interface EditorListener {
  onDirty(dirty: boolean): void;
  /** The line of the cursor, from 1. */
  onCursor(line: number): void;
  /** The text has changed, whoever changed it. */
  onText(): void;
  onSelection(anchor: number, head: number): void;
}

/**
 * Owns one EditorView. It lives in a shadow root because CodeMirror then adopts style sheets
 * instead of inserting <style> elements, which the studio's Content-Security-Policy forbids.
 */
export class EditorHost {
  /** This text as one of several of a document. */
  readonly collab: CollabText;
  private readonly view: EditorView;
  private readonly language = new Compartment();
  private readonly access = new Compartment();
  private readonly compare = new Compartment();
  private readonly breaks = new Compartment();
  /** What the server has; the document is dirty when it differs. */
  private base: Text = Text.empty;
  private adoption = 0;
  private lineBreak: '\n' | '\r\n' = '\n';
  private markTimer: ReturnType<typeof setTimeout> | undefined;
  private wantedLanguage = '';

  constructor(
    parent: HTMLElement,
    private readonly listener: EditorListener,
  ) {
    this.collab = new CollabText(freshId(), () => this.view, toneOf);
    const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
    const state = EditorState.create({ extensions: this.extensions() });
    this.view = new EditorView({ state, parent: root, root });
  }

  destroy(): void {
    clearTimeout(this.markTimer);
    this.view.destroy();
  }

  /** The text as it is to be saved, with the file's own line breaks. */
  text(): string {
    return this.view.state.doc.toString().replaceAll('\n', this.lineBreak);
  }

  /**
   * Takes the server's text as the new base. When `adoption` has grown the document becomes that
   * text too, by the fewest changes, so that cursor and scroll stay; `tone` colours the lines
   * another has written.
   */
  adopt(text: string, adoption: number, tone: string | null): void {
    const undoable = this.adoption > 0 && !this.view.state.doc.eq(this.base);
    this.setLineBreak(lineBreakOf(text));
    this.base = this.toDocument(text);
    if (adoption !== this.adoption) {
      this.adoption = adoption;
      this.replace(this.base.toString(), undoable, tone);
    }
    this.report();
  }

  /** Makes the text what a person had typed, as if they typed it now. */
  type(text: string): void {
    const changes = changesBetween(
      this.view.state.doc.toString(),
      this.toDocument(text).toString(),
    );
    this.view.dispatch({
      changes: changes.map(({ from, to, insert }) => ({
        from,
        to,
        insert: Text.of(insert.split('\n')),
      })),
      annotations: isolateHistory.of('full'),
    });
  }

  setReadOnly(readOnly: boolean): void {
    this.view.dispatch({ effects: this.access.reconfigure(EditorState.readOnly.of(readOnly)) });
  }

  /** Shows where the others are. */
  showPeers(peers: Peer[]): void {
    this.view.dispatch({ effects: showPeers.of(peers) });
  }

  /** Shows the differences to `theirs`, chunk by chunk, or stops doing so. */
  compareWith(theirs: string | null): void {
    const shown: Extension =
      theirs === null
        ? []
        : unifiedMergeView({ original: this.toDocument(theirs), mergeControls: chunkButton });
    this.view.dispatch({ effects: this.compare.reconfigure(shown) });
  }

  /** `lines` are of the base: where the reader has typed since, they are moved along. */
  showAuthors(lines: AuthoredLines[]): void {
    if (this.view.state.doc.eq(this.base)) this.view.dispatch({ effects: setAuthors.of(lines) });
  }

  /** Puts the cursor at the beginning of a line, from 1, and the line in the middle. */
  revealLine(line: number): void {
    const { doc } = this.view.state;
    const { from } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    this.view.dispatch({
      selection: { anchor: from },
      effects: EditorView.scrollIntoView(from, { y: 'center' }),
    });
    this.view.focus();
  }

  async setLanguage(path: string): Promise<void> {
    this.wantedLanguage = path;
    const language = await languageOf(path);
    if (this.wantedLanguage !== path) return;
    this.view.dispatch({ effects: this.language.reconfigure(language ?? []) });
  }

  /** Undoable only where it takes the reader's own typing away. */
  private replace(text: string, undoable: boolean, tone: string | null): void {
    const changes = changesBetween(this.view.state.doc.toString(), text);
    if (changes.length === 0) return;
    const annotations = [
      Transaction.remote.of(true),
      Transaction.addToHistory.of(undoable),
      ...(undoable ? [isolateHistory.of('full')] : []),
    ];
    const effects = tone === null ? [] : [markRemote.of({ tone, changes })];
    // As Text, because a string would be split at the file's own line breaks.
    const specs = changes.map(({ from, to, insert }) => ({
      from,
      to,
      insert: Text.of(insert.split('\n')),
    }));
    this.view.dispatch({ changes: specs, annotations, effects, filter: false });
  }

  private fadeMarks(): void {
    clearTimeout(this.markTimer);
    this.markTimer = setTimeout(
      () => this.view.dispatch({ effects: clearRemoteMarks.of(null) }),
      kMarkMs,
    );
  }

  private updated(update: ViewUpdate): void {
    const marks = (effect: StateEffect<unknown>): boolean =>
      effect.is(markRemote) || effect.is(markRanges);
    if (update.transactions.some(({ effects }) => effects.some(marks))) this.fadeMarks();
    const { anchor, head } = update.state.selection.main;
    if (update.selectionSet || update.docChanged || update.focusChanged)
      this.listener.onSelection(anchor, head);
    if (update.selectionSet) this.listener.onCursor(update.state.doc.lineAt(head).number);
    if (!update.docChanged) return;
    this.report();
    this.listener.onText();
  }

  private setLineBreak(lineBreak: '\n' | '\r\n'): void {
    if (lineBreak === this.lineBreak) return;
    this.lineBreak = lineBreak;
    this.view.dispatch({
      effects: this.breaks.reconfigure(EditorState.lineSeparator.of(lineBreak)),
    });
  }

  private toDocument(text: string): Text {
    return Text.of(text.split(this.lineBreak));
  }

  private report(): void {
    this.listener.onDirty(!this.view.state.doc.eq(this.base));
  }

  private extensions(): Extension[] {
    return [
      lineNumbers(),
      highlightActiveLineGutter(),
      highlightSpecialChars(),
      history(),
      foldGutter(),
      drawSelection(),
      EditorState.allowMultipleSelections.of(true),
      indentOnInput(),
      bracketMatching(),
      highlightActiveLine(),
      highlightSelectionMatches(),
      syntaxHighlighting(highlightStyle),
      keymap.of([
        ...defaultKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...foldKeymap,
        indentWithTab,
      ]),
      EditorView.contentAttributes.of({ 'aria-label': 'File text', tabindex: '0' }),
      EditorView.updateListener.of((update) => this.updated(update)),
      editorTheme,
      searchPanel,
      remoteMarks,
      overview,
      peerCursors,
      this.collab.extension(),
      this.language.of([]),
      this.access.of(EditorState.readOnly.of(false)),
      this.compare.of([]),
      this.breaks.of(EditorState.lineSeparator.of('\n')),
    ];
  }
}

/**
 * One decision of a comparison. "Accept" is the library's word for keeping what the editor holds.
 */
function chunkButton(type: 'accept' | 'reject', action: (event: MouseEvent) => void): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'cm-chunk-button';
  button.textContent = type === 'accept' ? 'Keep mine' : 'Take theirs';
  button.onmousedown = action;
  return button;
}
