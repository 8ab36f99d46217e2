import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { SQLite, sql, type SQLNamespace } from '@codemirror/lang-sql';
import { bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap, tooltips } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { Table } from '../../model/sql';
import { editorTheme, highlightStyle } from '../editor/editorTheme';

export interface SqlEditorProps {
  sql: string;
  onChange: (sql: string) => void;
  onRun: () => void;
  /** Of the chosen database, to be completed; null while they are not known. */
  tables: Table[] | null;
  /** Gets the way to put a name where the cursor is. */
  onReady: (insert: (name: string) => void) => void;
}

const compact = EditorView.theme({
  '&': { height: 'auto', maxHeight: '120px', fontSize: '12px' },
  '.cm-scroller': { overflow: 'auto', lineHeight: '18px' },
  '.cm-content': { padding: '6px 0' },
  '.cm-tooltip': {
    border: '1px solid var(--border-strong)',
    borderRadius: '6px',
    background: 'var(--raised)',
    color: 'var(--text)',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: '12px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: 'var(--accent)',
    color: 'var(--on-accent)',
  },
  '.cm-completionDetail': { color: 'var(--muted)', fontStyle: 'normal' },
  'li[aria-selected] .cm-completionDetail': { color: 'inherit' },
});

/** SQLite's language, with the names of the database's tables and columns. */
function languageFor(tables: Table[] | null): Extension {
  const schema: SQLNamespace = Object.fromEntries(
    (tables ?? []).map(({ name, columns }) => [
      name,
      columns.map((column) => ({
        label: column.name,
        type: 'property',
        detail: column.type.toLowerCase(),
      })),
    ]),
  );
  return sql({ dialect: SQLite, schema, upperCaseKeywords: true });
}

/** The query as an editor with completion. Loaded on demand, beside the editor of files. */
export default function SqlEditor(props: SqlEditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const language = useRef(new Compartment());
  const latest = useRef(props);
  latest.current = props;
  const { sql: text, tables } = props;

  useEffect(() => {
    if (box.current === null) return undefined;
    // A shadow root takes style sheets as objects: the page's policy forbids <style> elements.
    const root = box.current.shadowRoot ?? box.current.attachShadow({ mode: 'open' });
    const run = (): boolean => {
      latest.current.onRun();
      return true;
    };
    const state = EditorState.create({
      doc: latest.current.sql,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        history(),
        drawSelection(),
        bracketMatching(),
        autocompletion({ icons: false }),
        tooltips({ position: 'fixed' }),
        language.current.of(languageFor(latest.current.tables)),
        syntaxHighlighting(highlightStyle),
        compact,
        editorTheme,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          'aria-label': 'SQL that reads',
          'data-testid': 'sql-input',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) latest.current.onChange(update.state.doc.toString());
        }),
      ],
    });
    const made = new EditorView({ state, parent: root, root });
    view.current = made;
    latest.current.onReady((name) => {
      made.dispatch(made.state.replaceSelection(name), { scrollIntoView: true });
      made.focus();
    });
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: language.current.reconfigure(languageFor(tables)) });
  }, [tables]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === text) return;
    const end = editor.state.doc.length;
    editor.dispatch({
      changes: { from: 0, to: end, insert: text },
      selection: { anchor: text.length },
    });
  }, [text]);

  return <div ref={box} className="sql-editor" />;
}
