import type { ReactNode } from 'react';
import { shortName, toneOf } from '../../model/format';
import type { OpenDocument } from '../../model/document';
import type { LockInfo } from '../../protocol/entities';
import { Icon, type IconName } from '../../ui/Icon';
import { useWhyNot } from '../../ui/RoleContext';
import { Button, IconButton } from '../../ui/controls';
import { useSession } from '../workspace/SessionContext';
import { AskForLock } from './AskForLock';

/** What stands between the editor's text and a save, each with the way out. */
export function EditorBanners({ doc, barrier }: { doc: OpenDocument; barrier: LockInfo | null }) {
  const session = useSession();
  const { path, incoming, problem, removedBy } = doc;
  const step = session.documents.step.bind(session.documents);
  const watches = useWhyNot('editor');
  return (
    <>
      {watches !== undefined && (
        <Banner kind="accent" icon="eye" testId="viewer-only">
          Read-only. <span className="hint">{watches}</span>
        </Banner>
      )}
      {barrier !== null && (
        <Banner
          kind="accent"
          icon="lock"
          testId="read-only"
          actions={<AskForLock path={path} barrier={barrier} />}
        >
          <span data-tone={toneOf(barrier.holder)}>
            Read-only: <strong className="toned">{shortName(barrier.holder)}</strong> holds the
            write lock.
          </span>{' '}
          <span className="hint">You can edit again as soon as the lock is released.</span>
        </Banner>
      )}
      {incoming !== null && <ChangedBanner doc={doc} actor={incoming.actor} />}
      {removedBy !== null && (
        <Banner kind="warn" icon="trash" testId="removed-by">
          Removed by <strong>{removedBy}</strong>. Save to create it again.
        </Banner>
      )}
      {problem !== null && doc.phase === 'ready' && (
        <Banner
          kind="bad"
          icon="alert"
          testId="save-problem"
          actions={
            <IconButton
              icon="close"
              size="small"
              label="Dismiss"
              onClick={() => step(path, { type: 'problem_dismissed' })}
            />
          }
        >
          <strong>{titleOf(problem.kind)}</strong> {problem.message}{' '}
          {problem.hint !== undefined && <span className="hint">{problem.hint}</span>}
        </Banner>
      )}
    </>
  );
}

/** Somebody else changed the file under the text being typed: compare, give way, or insist. */
function ChangedBanner({ doc, actor }: { doc: OpenDocument; actor: string }) {
  const session = useSession();
  const step = (type: 'compare' | 'stop_comparing' | 'take_theirs' | 'keep_mine'): void =>
    session.documents.step(doc.path, { type });
  const actions = (
    <>
      {doc.comparing ? (
        <Button size="small" onClick={() => step('stop_comparing')}>
          Stop comparing
        </Button>
      ) : (
        <Button size="small" onClick={() => step('compare')} data-testid="compare">
          Compare
        </Button>
      )}
      <Button size="small" onClick={() => step('take_theirs')} data-testid="take-theirs">
        Take theirs
      </Button>
      <Button size="small" onClick={() => step('keep_mine')} data-testid="keep-mine">
        Keep mine
      </Button>
    </>
  );
  return (
    <Banner kind="warn" icon="alert" testId="changed-by" actions={actions}>
      <span data-tone={toneOf(actor)}>
        Changed by <strong className="toned">{actor}</strong> while you were editing.
      </span>
    </Banner>
  );
}

function titleOf(kind: string): string {
  if (kind === 'conflict') return 'Not saved: the file has changed.';
  if (kind === 'locked') return 'Not saved: the file is locked.';
  return 'Not saved.';
}

function Banner(props: {
  kind: 'accent' | 'warn' | 'bad';
  icon: IconName;
  testId: string;
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="banner" data-kind={props.kind} role="status" data-testid={props.testId}>
      <Icon name={props.icon} size={14} />
      <span className="grow">{props.children}</span>
      {props.actions !== undefined && <span className="banner-actions">{props.actions}</span>}
    </div>
  );
}
