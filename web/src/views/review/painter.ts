import { linesOf, type ReviewLine } from '../../model/review';
import type { TaskHunk } from '../../protocol/entities';
import type { ShownLine } from './CodeLines';
import type { Highlight, Token } from './highlight';

/** Colours the lines of one file: those that are there as part of it, those that went alone. */
export class Painter {
  private whole: Token[][] | null = null;
  private readonly alone = new Map<string, Token[][]>();

  constructor(
    private readonly highlight: Highlight | null,
    private readonly text: string | undefined,
  ) {}

  context(lines: readonly ReviewLine[]): ShownLine[] {
    return lines.map((line) => ({ line, tokens: this.present(line) }));
  }

  hunk(hunk: TaskHunk, lines: readonly ReviewLine[]): ShownLine[] {
    const removed = linesOf(hunk.removed).length;
    return lines.map((line, index) => ({
      line,
      tokens:
        line.kind === 'removed'
          ? this.part(hunk.removed)?.[index]
          : (this.present(line) ?? this.part(hunk.added)?.[index - removed]),
    }));
  }

  private present(line: ReviewLine): Token[] | undefined {
    if (this.highlight === null || this.text === undefined) return undefined;
    this.whole ??= this.highlight(this.text);
    return line.new === undefined ? undefined : this.whole[line.new - 1];
  }

  private part(text: string | undefined): Token[][] | undefined {
    if (this.highlight === null || text === undefined) return undefined;
    const known = this.alone.get(text);
    if (known !== undefined) return known;
    const tokens = this.highlight(text);
    this.alone.set(text, tokens);
    return tokens;
  }
}
