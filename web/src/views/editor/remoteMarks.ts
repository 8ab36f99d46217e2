import { StateEffect, StateField, type Range } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import type { TextChange } from '../../model/textChange';

/** Colours the lines that `changes` (in offsets of the text before) have written. */
export const markRemote = StateEffect.define<{ tone: string; changes: TextChange[] }>();
/** The same, in offsets of the text as it is. */
export const markRanges = StateEffect.define<{
  tone: string;
  ranges: { from: number; to: number }[];
}>();
export const clearRemoteMarks = StateEffect.define<null>();

/** The lines another writer has just changed, in that writer's colour. */
export const remoteMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(clearRemoteMarks)) next = Decoration.none;
      const marked = rangesOf(effect);
      if (marked === null) continue;
      const { tone, ranges } = marked;
      const line = Decoration.line({ class: 'cm-remote', attributes: { 'data-tone': tone } });
      const lines = new Set<number>();
      for (const { from, to } of ranges) {
        const first = transaction.newDoc.lineAt(from).number;
        // An insertion that ends with a newline does not touch the line after it.
        const ends = to > from && transaction.newDoc.lineAt(to).from === to;
        const last = transaction.newDoc.lineAt(ends ? to - 1 : to).number;
        for (let number = first; number <= last; number++) lines.add(number);
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

type Marked = { tone: string; ranges: { from: number; to: number }[] };

function rangesOf(effect: StateEffect<unknown>): Marked | null {
  if (effect.is(markRanges)) return effect.value;
  if (!effect.is(markRemote)) return null;
  let shift = 0;
  const ranges = effect.value.changes.map(({ from, to, insert }) => {
    const start = from + shift;
    shift += insert.length - (to - from);
    return { from: start, to: start + insert.length };
  });
  return { tone: effect.value.tone, ranges };
}
