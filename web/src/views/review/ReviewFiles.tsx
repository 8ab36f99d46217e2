import { useMemo } from 'react';
import { countsOf, type ReviewedFile } from '../../model/review';
import type { CommentDraft } from '../../model/reviewComments';
import { nameOf, parentOf } from '../../model/tree';
import { Icon } from '../../ui/Icon';
import { Counts } from './FileSection';

interface ReviewFilesProps {
  files: readonly ReviewedFile[];
  drafts: readonly CommentDraft[];
  current: string | undefined;
  onChoose: (path: string) => void;
}

/** The files that a task changed, with what is done about each. */
export function ReviewFiles({ files, drafts, current, onChoose }: ReviewFilesProps) {
  return (
    <nav className="rv-files" aria-label="Changed files">
      <ul>
        {files.map((file) => (
          <FileRow
            key={file.path}
            file={file}
            comments={drafts.filter(({ path }) => path === file.path).length}
            current={file.path === current}
            onChoose={onChoose}
          />
        ))}
      </ul>
    </nav>
  );
}

function FileRow(props: {
  file: ReviewedFile;
  comments: number;
  current: boolean;
  onChoose: (path: string) => void;
}) {
  const { file, comments } = props;
  const counts = useMemo(() => countsOf(file), [file]);
  const done = counts.accepted === counts.hunks;
  return (
    <li>
      <button
        type="button"
        title={file.path}
        aria-current={props.current ? 'true' : undefined}
        onClick={() => props.onChoose(file.path)}
        data-testid={`review-file-${file.path}`}
      >
        <span
          className={done ? 'good-text' : 'faint'}
          title={done ? 'Accepted' : 'To be looked at'}
        >
          <Icon name={done ? 'check' : 'file'} size={13} />
        </span>
        <span className="truncate grow">
          {nameOf(file.path)} <span className="faint">{parentOf(file.path)}</span>
        </span>
        {comments > 0 && (
          <span className="faint num" title="Comments">
            {comments} <Icon name="chat" size={11} />
          </span>
        )}
        <Counts added={counts.added} removed={counts.removed} />
      </button>
    </li>
  );
}
