import { search } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

const words = EditorState.phrases.of({
  next: 'Next',
  previous: 'Previous',
  all: 'All',
  'match case': 'Match case',
  regexp: 'Pattern',
  'by word': 'Whole words',
  replace: 'Replace',
  'replace all': 'Replace all',
  'Go to line': 'Line',
  go: 'Go',
});

const kFocus = { outline: '2px solid var(--accent)', outlineOffset: '1px' };

/** In the shadow root of the editor, where the studio's style sheets do not reach. */
const theme = EditorView.theme({
  '.cm-panel.cm-search, .cm-panel.cm-gotoLine': {
    padding: '5px 40px 5px 12px',
    fontFamily: 'var(--font-sans)',
    fontSize: 'var(--text-2)',
  },
  '.cm-panel.cm-search > :not(br, [name=close])': {
    margin: '3px 6px 3px 0',
    verticalAlign: 'middle',
  },
  '.cm-panel.cm-search .cm-textfield, .cm-panel.cm-gotoLine .cm-textfield': {
    boxSizing: 'border-box',
    width: 'min(240px, 34%)',
    height: '26px',
    padding: '0 8px',
    border: '1px solid var(--border-strong)',
    borderRadius: 'var(--radius-1)',
    background: 'var(--surface)',
    color: 'var(--text)',
    font: '13px var(--font-mono)',
  },
  '.cm-panel .cm-textfield:focus-visible, .cm-panel .cm-button:focus-visible': kFocus,
  '.cm-panel input[type=checkbox]:focus-visible, .cm-panel [name=close]:focus-visible': kFocus,
  '.cm-panel .cm-button': {
    height: '26px',
    padding: '0 10px',
    border: '1px solid var(--border)',
    borderRadius: 'var(--radius-1)',
    background: 'var(--raised)',
    backgroundImage: 'none',
    color: 'var(--text)',
    font: '500 var(--text-2) var(--font-sans)',
    cursor: 'pointer',
  },
  '.cm-panel .cm-button:hover': { background: 'var(--hover)', borderColor: 'var(--faint)' },
  '.cm-panel .cm-button:active': { background: 'var(--active)', backgroundImage: 'none' },
  '.cm-panel.cm-search label': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: '4px',
    fontSize: 'var(--text-2)',
    color: 'var(--muted)',
    whiteSpace: 'nowrap',
  },
  '.cm-panel.cm-search input[type=checkbox]': { margin: '0', accentColor: 'var(--accent)' },
  '.cm-panel.cm-search [name=close], .cm-panel.cm-gotoLine [name=close]': {
    top: '8px',
    right: '8px',
    width: '26px',
    height: '26px',
    borderRadius: 'var(--radius-1)',
    color: 'var(--muted)',
    fontSize: '18px',
    lineHeight: '1',
    cursor: 'pointer',
  },
  '.cm-panel [name=close]:hover': { background: 'var(--hover)', color: 'var(--text)' },
});

/** Finding, replacing and going to a line, as the rest of the studio looks. */
export const searchPanel: Extension = [search({ top: true }), words, theme];
