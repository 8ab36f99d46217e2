import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { openFile } from '../../actions/fileActions';
import { goToPlace } from '../../actions/app';
import { textKey, type Review } from '../../actions/review';
import {
  blocksOfFile,
  countsOf,
  nameOfRefused,
  type ReviewBlock,
  type ReviewedFile,
} from '../../model/review';
import type { CommentDraft } from '../../model/reviewComments';
import type { RefusedPlace } from '../../protocol/entities';
import { Icon } from '../../ui/Icon';
import { Badge, Button } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import { CodeLines } from './CodeLines';
import { useHighlight } from './highlight';
import { HunkView, type HunkActions } from './HunkView';
import { CommentCard } from './Comments';
import { Painter } from './painter';

export interface FileSectionProps {
  review: Review;
  file: ReviewedFile;
  refused: readonly RefusedPlace[];
  split: boolean;
  folded: boolean;
  /** The hunk that the keyboard is at, if it is of this file. */
  current: string | null;
  drafts: readonly CommentDraft[];
  spot: { hunk: string; index: number; text: string } | null;
  whole: ReadonlySet<string>;
  onFold: (path: string) => void;
  actionsOf: (file: ReviewedFile) => HunkActions;
}

/** One file of a review. Its lines are drawn once it comes near the part that is in sight. */
export const FileSection = memo(function FileSection(props: FileSectionProps) {
  const { file, folded, current, actionsOf } = props;
  const actions = useMemo(() => actionsOf(file), [actionsOf, file]);
  const { box, near } = useNear();
  const counts = useMemo(() => countsOf(file), [file]);
  const all = file.hunks.map(({ id }) => id);
  const open = file.hunks.filter(({ accepted }) => !accepted).map(({ id }) => id);
  const height = (counts.added + counts.removed + 8 * counts.hunks) * 20;
  return (
    <section className="rv-file" aria-label={file.path} ref={box} data-path={file.path}>
      <header className="rv-file-head">
        <button
          type="button"
          className="rv-fold"
          aria-expanded={!folded}
          aria-label={folded ? `Unfold ${file.path}` : `Fold ${file.path}`}
          onClick={() => props.onFold(file.path)}
        >
          <Icon name="chevron" size={12} />
        </button>
        <FileName file={file} />
        <span className="grow" />
        <Counts added={counts.added} removed={counts.removed} />
        {open.length === 0 && all.length > 0 && <Badge kind="good">accepted</Badge>}
        {open.length > 0 && (
          <Button
            size="small"
            onClick={() => actions.accept(open)}
            needs="editor"
            data-testid="file-accept"
          >
            Accept file
          </Button>
        )}
        {all.length > 0 && (
          <Button
            size="small"
            onClick={() => actions.reject(all)}
            needs="editor"
            data-testid="file-reject"
          >
            Reject file
          </Button>
        )}
      </header>
      {!folded &&
        (near || current !== null ? (
          <FileBody {...props} actions={actions} />
        ) : (
          <div style={{ height }} />
        ))}
    </section>
  );
});

export function Counts({ added, removed }: { added: number; removed: number }) {
  return (
    <span className="rv-counts num" aria-label={`${added} lines added, ${removed} removed`}>
      <span className="good-text">+{added}</span> <span className="bad-text">−{removed}</span>
    </span>
  );
}

function FileName({ file }: { file: ReviewedFile }) {
  const session = useSession();
  const there = file.version > 0;
  const line = file.hunks[0]?.line;
  const open = (): void => {
    openFile(session, file.path);
    goToPlace({ kind: 'file', path: file.path, ...(line === undefined ? {} : { line }) });
  };
  const name = file.from === undefined ? file.path : `${file.from} → ${file.path}`;
  if (!there) return <span className="mono truncate">{name}</span>;
  return (
    <button type="button" className="link mono truncate" title="Open in the editor" onClick={open}>
      {name}
    </button>
  );
}

function FileBody(props: FileSectionProps & { actions: HunkActions }) {
  const { review, file, drafts, spot } = props;
  const text = useStore(review.texts, (texts) => texts[textKey(file)]);
  useEffect(() => review.need(file), [review, file]);
  const highlight = useHighlight(file.path, true);
  const painter = useMemo(() => new Painter(highlight, text), [highlight, text]);
  const blocks = useMemo(() => blocksOfFile(file, text), [file, text]);
  const lost = drafts.filter((draft) => !file.hunks.some(({ id }) => id === draft.hunk));
  return (
    <div className="rv-body">
      {blocks.map((block) =>
        block.kind === 'hunk' ? (
          <HunkView
            key={block.key}
            block={block}
            painter={painter}
            split={props.split}
            current={props.current === block.hunk.id}
            whole={props.whole.has(block.hunk.id)}
            drafts={drafts.filter(({ hunk }) => hunk === block.hunk.id)}
            spot={spot?.hunk === block.hunk.id ? spot : null}
            actions={props.actions}
          />
        ) : (
          <Between key={block.key} block={block} painter={painter} split={props.split} />
        ),
      )}
      {props.refused.map((place) => (
        <Refusal key={`${place.from_line ?? 0}`} place={place} />
      ))}
      {lost.map((draft) => (
        <CommentCard
          key={`${draft.hunk}${draft.index}`}
          draft={draft}
          onDrop={() => props.actions.keep({ ...draft, text: '' })}
        />
      ))}
    </div>
  );
}

function Between(props: {
  block: Exclude<ReviewBlock, { kind: 'hunk' }>;
  painter: Painter;
  split: boolean;
}) {
  const { block, painter } = props;
  const shown = useMemo(
    () => (block.kind === 'context' ? painter.context(block.lines) : []),
    [block, painter],
  );
  if (block.kind === 'gap') {
    return (
      <p className="rv-gap faint">
        {block.count} {block.count === 1 ? 'line' : 'lines'} as before
      </p>
    );
  }
  return <CodeLines shown={shown} split={props.split} />;
}

/** A place that cannot be told apart from what others did there: it stays. */
export function Refusal({ place }: { place: RefusedPlace }) {
  return (
    <p className="rv-refused" data-testid="refused">
      <Icon name="alert" size={13} />
      <span>
        <span className="mono">{nameOfRefused(place)}</span> cannot be told apart: {place.why}
      </span>
    </p>
  );
}

/** Whether the element has come near the part of the page that is in sight, once. */
function useNear() {
  const box = useRef<HTMLElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (box.current === null || near) return undefined;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setNear(true),
      { root: box.current.closest('.rv-scroll'), rootMargin: '600px 0px' },
    );
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [near]);
  return { box, near };
}
