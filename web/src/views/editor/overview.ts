import { RangeSet, RangeValue, StateEffect, StateField } from '@codemirror/state';
import { EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import type { AuthoredLines } from '../../model/authors';
import { ago, shortName, toneOf } from '../../model/format';

class Author extends RangeValue {
  constructor(
    readonly actor: string,
    readonly ts: string,
  ) {
    super();
  }
}

/** Who wrote which lines of the text as the server has it. */
export const setAuthors = StateEffect.define<AuthoredLines[]>();

const authors = StateField.define<RangeSet<Author>>({
  create: () => RangeSet.empty,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setAuthors)) continue;
      const doc = transaction.newDoc;
      next = RangeSet.of(
        effect.value
          .filter(({ from }) => from <= doc.lines)
          .map(({ from, to, actor, ts }) =>
            new Author(actor, ts).range(doc.line(from).from, doc.line(Math.min(to, doc.lines)).to),
          ),
        true,
      );
    }
    return next;
  },
});

interface Mark {
  top: number;
  height: number;
  at: number;
  author: Author;
}

const kMarksMax = 1_000;
const kLeastPx = 3;

/** A strip beside the scroll bar: the whole file at a glance, each part in its writer's colour. */
class OverviewRuler {
  private readonly dom = document.createElement('div');

  constructor(private readonly view: EditorView) {
    this.dom.className = 'cm-overview';
    this.dom.setAttribute('aria-hidden', 'true');
    this.dom.addEventListener('click', this.go);
    view.dom.append(this.dom);
    this.measure();
  }

  update(update: ViewUpdate): void {
    const told = update.transactions.some(({ effects }) =>
      effects.some((effect) => effect.is(setAuthors)),
    );
    if (told || update.docChanged || update.geometryChanged) this.measure();
  }

  destroy(): void {
    this.dom.remove();
  }

  private measure(): void {
    this.view.requestMeasure({
      key: this,
      read: () => this.read(),
      write: (marks) => this.draw(marks),
    });
  }

  private read(): Mark[] {
    const { view } = this;
    const room = this.dom.clientHeight;
    const whole = Math.max(view.contentHeight, room, 1);
    const marks: Mark[] = [];
    const cursor = view.state.field(authors).iter();
    for (; cursor.value !== null && marks.length < kMarksMax; cursor.next()) {
      const { top } = view.lineBlockAt(cursor.from);
      const { bottom } = view.lineBlockAt(cursor.to);
      marks.push({
        top: (top / whole) * room,
        height: Math.max(kLeastPx, ((bottom - top) / whole) * room),
        at: cursor.from,
        author: cursor.value,
      });
    }
    // The smallest last, so that no large part covers it.
    return marks.toSorted((a, b) => b.height - a.height);
  }

  private draw(marks: Mark[]): void {
    const now = Date.now();
    this.dom.replaceChildren(
      ...marks.map(({ top, height, at, author }) => {
        const mark = document.createElement('div');
        mark.style.top = `${top}px`;
        mark.style.height = `${height}px`;
        mark.dataset['tone'] = toneOf(author.actor);
        mark.dataset['at'] = String(at);
        mark.title = `${shortName(author.actor)}, ${ago(author.ts, now)}`;
        return mark;
      }),
    );
  }

  private readonly go = (event: MouseEvent): void => {
    const { at } = event.target instanceof HTMLElement ? event.target.dataset : {};
    if (at === undefined) return;
    const position = Math.min(Number(at), this.view.state.doc.length);
    this.view.dispatch({ effects: EditorView.scrollIntoView(position, { y: 'center' }) });
  };
}

export const overview = [authors, ViewPlugin.fromClass(OverviewRuler)];
