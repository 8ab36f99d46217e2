import { memo, type ReactNode } from 'react';
import { pairsOf, type ReviewLine } from '../../model/review';
import type { Token } from './highlight';

export interface ShownLine {
  line: ReviewLine;
  tokens?: Token[] | undefined;
}

interface CodeLinesProps {
  shown: ShownLine[];
  split: boolean;
  /** Begins a comment on a line; absent where there is none to be made. */
  onComment?: (index: number) => void;
  /** What stands below a line: a comment, or the box it is written in. */
  below?: (index: number) => ReactNode;
}

/** Lines of a difference, one below the other or with what went beside what came. */
export const CodeLines = memo(function CodeLines(props: CodeLinesProps) {
  return props.split ? <SplitLines {...props} /> : <UnifiedLines {...props} />;
});

function UnifiedLines({ shown, onComment, below }: CodeLinesProps) {
  return shown.map(({ line, tokens }, index) => (
    <div key={index} role="presentation">
      <div className="rv-line" data-kind={line.kind}>
        <LineNumber line={line} onComment={onComment && (() => onComment(index))}>
          <span>{line.old}</span>
          <span>{line.new}</span>
        </LineNumber>
        <Code line={line} tokens={tokens} />
      </div>
      {below?.(index)}
    </div>
  ));
}

function SplitLines({ shown, onComment, below }: CodeLinesProps) {
  const at = new Map(shown.map(({ line }, index) => [line, index]));
  const side = (line: ReviewLine | undefined, number: number | undefined): ReactNode => {
    if (line === undefined) return <div className="rv-half" data-kind="none" />;
    const index = at.get(line) ?? 0;
    return (
      <div className="rv-half" data-kind={line.kind}>
        <LineNumber line={line} onComment={onComment && (() => onComment(index))}>
          <span>{number}</span>
        </LineNumber>
        <Code line={line} tokens={shown[index]?.tokens} />
      </div>
    );
  };
  return pairsOf(shown.map(({ line }) => line)).map(({ left, right }, row) => (
    <div key={row} role="presentation">
      <div className="rv-pair">
        {side(left, left?.old)}
        {side(right, right?.new)}
      </div>
      {left !== undefined && below?.(at.get(left) ?? 0)}
      {right !== undefined && right !== left && below?.(at.get(right) ?? 0)}
    </div>
  ));
}

const MARK = { same: ' ', added: '+', removed: '−' } as const;

/** By the keyboard a comment is begun with `c`, so thousands of lines are no stops for Tab. */
function LineNumber(props: {
  line: ReviewLine;
  onComment: (() => void) | undefined;
  children: ReactNode;
}) {
  const { line, onComment } = props;
  if (onComment === undefined) return <span className="rv-numbers num">{props.children}</span>;
  const number = line.new ?? line.old;
  return (
    <button
      type="button"
      className="rv-numbers num"
      tabIndex={-1}
      aria-label={`Comment on ${line.kind} line ${number ?? ''}`}
      title="Comment on this line"
      onClick={onComment}
    >
      {props.children}
    </button>
  );
}

function Code({ line, tokens }: ShownLine) {
  return (
    <code className="rv-code" data-mark={MARK[line.kind]}>
      {tokens === undefined || tokens.length === 0
        ? line.text
        : tokens.map(({ text, style }, index) =>
            style === '' ? (
              text
            ) : (
              <span key={index} className={style}>
                {text}
              </span>
            ),
          )}
    </code>
  );
}
