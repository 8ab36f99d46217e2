import { useEffect, useMemo, useRef } from 'react';
import type { ReviewBlock, ReviewLine } from '../../model/review';
import type { CommentDraft } from '../../model/reviewComments';
import type { TaskHunk } from '../../protocol/entities';
import { Badge, Button } from '../../ui/controls';
import { CodeLines } from './CodeLines';
import { CommentBox, CommentCard } from './Comments';
import type { Painter } from './painter';

const kLinesShown = 400;

/** What can be done with the hunks of one file; the same object while the file is the same. */
export interface HunkActions {
  select: (hunk: string) => void;
  accept: (hunks: string[]) => void;
  reject: (hunks: string[]) => void;
  /** Opens the box below a line of a hunk; null closes it. */
  comment: (spot: { hunk: string; index: number; text: string } | null) => void;
  keep: (draft: Omit<CommentDraft, 'path'>) => void;
  showAll: (hunk: string) => void;
}

interface HunkViewProps {
  block: Extract<ReviewBlock, { kind: 'hunk' }>;
  painter: Painter;
  split: boolean;
  current: boolean;
  whole: boolean;
  drafts: readonly CommentDraft[];
  /** The line that is commented on, and what is written so far. */
  spot: { index: number; text: string } | null;
  actions: HunkActions;
}

const WORDS: Record<TaskHunk['kind'], string> = {
  lines: '',
  created: 'The task made this file',
  removed: 'The task removed this file',
  renamed: 'The task moved this file',
  mode: 'The task changed its mode',
  content: 'The task changed this file, which is not text',
};

export function HunkView(props: HunkViewProps) {
  const { block, current, actions } = props;
  const { hunk } = block;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (current) box.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <section
      ref={box}
      className="rv-hunk"
      aria-label={labelOf(hunk)}
      aria-current={current ? 'true' : undefined}
      data-accepted={hunk.accepted}
      data-testid="hunk"
      onClick={() => actions.select(hunk.id)}
    >
      <HunkBar hunk={hunk} actions={actions} />
      <HunkLines {...props} />
      {hunk.cut === true && <p className="rv-note faint">The rest is too long to be shown here.</p>}
    </section>
  );
}

function labelOf({ kind, line, accepted }: TaskHunk): string {
  const what = kind === 'lines' ? `Change at line ${line ?? '?'}` : WORDS[kind];
  return accepted ? `${what}, accepted` : what;
}

function HunkBar({ hunk, actions }: { hunk: TaskHunk; actions: HunkActions }) {
  const { kind, removed, added } = hunk;
  const names = kind === 'renamed' || kind === 'mode';
  return (
    <div className="rv-hunk-bar">
      <span className="faint truncate">
        {kind === 'lines' ? `Line ${hunk.line ?? '?'}` : WORDS[kind]}
        {names && ` from ${removed ?? ''} to ${added ?? ''}`}
      </span>
      <span className="grow" />
      {hunk.accepted && <Badge kind="good">accepted</Badge>}
      {!hunk.accepted && (
        <Button
          size="small"
          variant="ghost"
          icon="check"
          onClick={() => actions.accept([hunk.id])}
          needs="editor"
          data-testid="hunk-accept"
        >
          Accept
        </Button>
      )}
      <Button
        size="small"
        variant="ghost"
        icon="close"
        onClick={() => actions.reject([hunk.id])}
        needs="editor"
        data-testid="hunk-reject"
      >
        Reject
      </Button>
    </div>
  );
}

function HunkLines(props: HunkViewProps) {
  const { block, painter, split, whole, drafts, spot, actions } = props;
  const { hunk, lines } = block;
  const shown = useMemo(
    () => painter.hunk(hunk, whole ? lines : lines.slice(0, kLinesShown)),
    [painter, hunk, lines, whole],
  );
  const below = useBelow(lines, drafts, spot, hunk.id, actions);
  const onComment = (index: number): void =>
    actions.comment({ hunk: hunk.id, index, text: textAt(drafts, index) });
  const hidden = lines.length - shown.length;
  return (
    <>
      <CodeLines shown={shown} split={split} onComment={onComment} below={below} />
      {hidden > 0 && (
        <div className="rv-note">
          <Button size="small" onClick={() => actions.showAll(hunk.id)}>
            Show {hidden} more lines
          </Button>
        </div>
      )}
      {/* Nothing to hang a comment on: a move, a mode, bytes. */}
      {lines.length === 0 && below(0)}
    </>
  );
}

function textAt(drafts: readonly CommentDraft[], index: number): string {
  return drafts.find((draft) => draft.index === index)?.text ?? '';
}

function useBelow(
  lines: readonly ReviewLine[],
  drafts: readonly CommentDraft[],
  spot: HunkViewProps['spot'],
  hunk: string,
  actions: HunkActions,
) {
  const draftOf = (index: number, text: string): Omit<CommentDraft, 'path'> => {
    const line = lines[index];
    const number = line?.new ?? line?.old;
    return {
      hunk,
      index,
      text,
      quote: line?.text ?? '',
      ...(number === undefined ? {} : { line: number }),
    };
  };
  return (index: number) => {
    if (spot?.index === index) {
      return (
        <CommentBox
          key={index}
          lines={lines}
          index={index}
          initial={spot.text}
          onMove={(to, text) => actions.comment({ hunk, index: to, text })}
          onKeep={(text) => {
            actions.keep(draftOf(index, text));
            actions.comment(null);
          }}
          onCancel={() => actions.comment(null)}
        />
      );
    }
    const draft = drafts.find((each) => each.index === index);
    if (draft === undefined) return null;
    return (
      <CommentCard
        draft={draft}
        onEdit={() => actions.comment({ hunk, index, text: draft.text })}
        onDrop={() => actions.keep(draftOf(index, ''))}
      />
    );
  };
}
