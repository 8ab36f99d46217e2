import { useState, type KeyboardEvent } from 'react';
import type { ReviewLine } from '../../model/review';
import { kCommentCharsMax, type CommentDraft } from '../../model/reviewComments';
import { Button, IconButton } from '../../ui/controls';

const kLinesOffered = 200;
const MARK = { same: ' ', added: '+', removed: '−' } as const;

/** Where a comment is written; which line it is about can be changed by the keyboard too. */
export function CommentBox(props: {
  lines: readonly ReviewLine[];
  index: number;
  initial: string;
  onMove: (index: number, text: string) => void;
  onKeep: (text: string) => void;
  onCancel: () => void;
}) {
  const { lines, index, onKeep, onCancel } = props;
  const [text, setText] = useState(props.initial);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onCancel();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onKeep(text);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="rv-comment" onKeyDown={onKeyDown} data-testid="comment-box">
      {lines.length > 1 && (
        <label className="rv-comment-line faint">
          Line
          <select
            className="select mono"
            value={index}
            onChange={(event) => props.onMove(Number(event.target.value), text)}
          >
            {lines.slice(0, kLinesOffered).map((line, at) => (
              <option key={at} value={at}>
                {`${MARK[line.kind]}${line.new ?? line.old ?? ''} ${line.text.trim().slice(0, 60)}`}
              </option>
            ))}
          </select>
        </label>
      )}
      <textarea
        className="input"
        autoFocus
        rows={3}
        maxLength={kCommentCharsMax}
        aria-label="Comment"
        placeholder="What should the agent do here?"
        value={text}
        onChange={(event) => setText(event.target.value)}
        data-testid="comment-text"
      />
      <div className="row">
        <Button
          size="small"
          variant="primary"
          disabled={text.trim() === ''}
          title="Ctrl+Enter"
          onClick={() => onKeep(text)}
          data-testid="comment-keep"
        >
          Keep as a draft
        </Button>
        <Button size="small" variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </div>
  );
}

/** A comment that is not sent yet. */
export function CommentCard(props: {
  draft: CommentDraft;
  onEdit?: (() => void) | undefined;
  onDrop: () => void;
}) {
  const { draft, onEdit } = props;
  return (
    <div className="rv-comment" data-testid="comment-draft">
      <p>{draft.text}</p>
      <span className="faint">draft</span>
      {onEdit !== undefined && (
        <IconButton icon="pencil" size="small" label="Change the comment" onClick={onEdit} />
      )}
      <IconButton icon="trash" size="small" label="Drop the comment" onClick={props.onDrop} />
    </div>
  );
}
