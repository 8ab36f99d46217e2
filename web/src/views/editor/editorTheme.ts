import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const AGENTS = ['claude', 'gemini', 'codex', 'kimi', 'spare-0', 'spare-1', 'spare-2', 'spare-3'];

/** The document's tokens reach into the shadow root by inheritance; its style sheets do not. */
const tones = Object.fromEntries(
  AGENTS.map((name) => [`[data-tone="${name}"]`, { '--tone': `var(--agent-${name})` }]),
);

export const editorTheme = EditorView.theme({
  '&': {
    height: '100%',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    fontSize: '13px',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px' },
  '.cm-content': { padding: '8px 0 40vh', caretColor: 'var(--accent)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '.cm-line': { padding: '0 16px 0 8px' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--faint)',
    border: 'none',
    paddingLeft: '4px',
  },
  '.cm-activeLine': { backgroundColor: 'var(--hover)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: 'var(--code-selection)',
  },
  '.cm-selectionBackground': { background: 'var(--active)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--accent-soft)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)' },
  '.cm-foldPlaceholder': { background: 'var(--active)', border: 'none', color: 'var(--muted)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text)', border: 'none' },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--border)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--accent-soft)' },
  '.cm-remote': { '--tone': 'var(--accent)' },
  '.cm-overview': {
    position: 'absolute',
    inset: '0 0 0 auto',
    width: '8px',
    zIndex: '2',
    '--tone': 'var(--muted)',
  },
  '.cm-overview > div': {
    position: 'absolute',
    insetInline: '1px',
    borderRadius: '2px',
    backgroundColor: 'color-mix(in srgb, var(--tone) 70%, transparent)',
    cursor: 'pointer',
  },
  '[data-tone="user"]': { '--tone': 'var(--accent)' },
  ...tones,
  '.cm-line.cm-remote': {
    backgroundColor: 'color-mix(in srgb, var(--tone) 14%, transparent)',
    boxShadow: 'inset 3px 0 0 var(--tone)',
  },
  '.cm-peer': {
    position: 'relative',
    borderLeft: '2px solid var(--tone)',
    marginLeft: '-1px',
    marginRight: '-1px',
  },
  '.cm-peer-name': {
    position: 'absolute',
    left: '-2px',
    bottom: '100%',
    zIndex: '5',
    padding: '0 4px',
    borderRadius: '3px 3px 3px 0',
    background: 'var(--tone)',
    color: 'var(--surface)',
    font: '600 10px/14px var(--font-sans)',
    whiteSpace: 'nowrap',
    pointerEvents: 'none',
    userSelect: 'none',
    animation: 'cm-peer-fade 4s linear forwards',
  },
  '.cm-peer:hover .cm-peer-name': { animation: 'none' },
  '@media (prefers-reduced-motion: reduce)': { '.cm-peer-name': { animation: 'none' } },
  '@keyframes cm-peer-fade': { '0%, 80%': { opacity: '1' }, '100%': { opacity: '0' } },
  '.cm-peer-name[data-below="true"]': {
    bottom: 'auto',
    top: '100%',
    borderRadius: '0 3px 3px 3px',
  },
  '.cm-peer-selection': {
    backgroundColor: 'color-mix(in srgb, var(--tone) 24%, transparent)',
  },
  '.cm-changedLine, .cm-insertedLine': { backgroundColor: 'var(--good-soft)' },
  '.cm-deletedChunk': { backgroundColor: 'var(--bad-soft)', paddingLeft: '8px' },
  '&.cm-merge-b .cm-changedText': {
    background: 'color-mix(in srgb, var(--good) 22%, transparent)',
  },
  '&.cm-merge-b .cm-deletedChunk .cm-deletedText, & .cm-deletedChunk .cm-deletedText': {
    background: 'color-mix(in srgb, var(--bad) 22%, transparent)',
  },
  '.cm-insertedLine, .cm-deletedLine, .cm-deletedLine del': { textDecoration: 'none' },
  '.cm-changedLineGutter': { background: 'var(--good)' },
  '.cm-deletedLineGutter': { background: 'var(--bad)' },
  '.cm-deletedChunk .cm-chunkButtons .cm-chunk-button': {
    marginLeft: '4px',
    padding: '0 6px',
    border: '1px solid var(--border-strong)',
    borderRadius: '4px',
    background: 'var(--raised)',
    color: 'var(--text)',
    font: '500 11px/16px var(--font-sans)',
    cursor: 'pointer',
  },
});

export const highlightStyle = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.labelName],
    color: 'var(--code-name)',
  },
  { tag: [tags.typeName, tags.className, tags.namespace, tags.tagName], color: 'var(--code-type)' },
  { tag: [tags.attributeName, tags.propertyName], color: 'var(--code-name)' },
  { tag: tags.heading, color: 'var(--code-name)', fontWeight: '600' },
  { tag: tags.link, color: 'var(--accent)' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);
