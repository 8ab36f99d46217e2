import { StateEffect, StateField, type Range } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import type { TextChange } from '../../model/textChange';

/** Colours the lines that `changes` (in offsets of the text before) have written. */
export const markRemote = StateEffect.define<{ tone: string; changes: TextChange[] }>();
export const clearRemoteMarks = StateEffect.define<null>();

/** The lines another writer has just changed, in that writer's colour. */
export const remoteMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(clearRemoteMarks)) next = Decoration.none;
      if (!effect.is(markRemote)) continue;
      const { tone, changes } = effect.value;
      const line = Decoration.line({ class: 'cm-remote', attributes: { 'data-tone': tone } });
      const lines = new Set<number>();
      let shift = 0;
      for (const { from, to, insert } of changes) {
        const start = from + shift;
        const first = transaction.newDoc.lineAt(start).number;
        // An insertion that ends with a newline does not touch the line after it.
        const end = Math.max(start, start + insert.length - (insert.endsWith('\n') ? 1 : 0));
        const last = transaction.newDoc.lineAt(end).number;
        for (let number = first; number <= last; number++) lines.add(number);
        shift += insert.length - (to - from);
      }
      const added: Range<Decoration>[] = [...lines]
        .toSorted((a, b) => a - b)
        .map((number) => line.range(transaction.newDoc.line(number).from));
      next = next.update({
        add: added,
        filter: (from) => !lines.has(transaction.newDoc.lineAt(from).number),
      });
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
