import { syntaxHighlighting } from '@codemirror/language';
import { unifiedMergeView } from '@codemirror/merge';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, lineNumbers } from '@codemirror/view';
import { editorTheme, highlightStyle } from '../editor/editorTheme';
import { languageOf } from '../editor/languages';

/**
 * Owns the view of two texts in one. It lives in a shadow root because CodeMirror then adopts style
 * sheets instead of inserting <style> elements, which the Content-Security-Policy forbids.
 */
export class DiffHost {
  private readonly view: EditorView;
  private readonly language = new Compartment();
  private wanted = '';

  constructor(parent: HTMLElement) {
    const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
    this.view = new EditorView({ parent: root, root });
  }

  destroy(): void {
    this.wanted = '';
    this.view.destroy();
  }

  /** Shows `to`, with what is different from `from`. The place in the text is kept. */
  async show(path: string, from: string, to: string): Promise<void> {
    const top = this.view.scrollDOM.scrollTop;
    const same = this.wanted === path;
    this.wanted = path;
    const extensions = [
      lineNumbers(),
      highlightSpecialChars(),
      drawSelection(),
      syntaxHighlighting(highlightStyle),
      editorTheme,
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ 'aria-label': `${path}, as it was`, tabindex: '0' }),
      this.language.of([]),
      unifiedMergeView({ original: from, mergeControls: false, allowInlineDiffs: true }),
    ];
    this.view.setState(EditorState.create({ doc: to, extensions }));
    if (same) this.view.scrollDOM.scrollTop = top;
    const language = await languageOf(path);
    if (this.wanted !== path || language === undefined) return;
    this.view.dispatch({ effects: this.language.reconfigure(language) });
  }
}
