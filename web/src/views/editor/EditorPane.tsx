import { lazy, Suspense, type KeyboardEvent } from 'react';
import { askClose } from '../../actions/fileActions';
import { keyLabel } from '../../actions/keys';
import { leadingLock } from '../../model/locks';
import { nameOf } from '../../model/tree';
import type { OpenDocument } from '../../model/document';
import { Button, Empty, IconButton, Kbd, Problem, Spinner } from '../../ui/controls';
import { useWhyNot } from '../../ui/RoleContext';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { useStore } from '../../ui/useStore';
import { LockBadge } from '../files/LockBadge';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { EditorBar } from './EditorBar';
import { EditorBanners } from './EditorBanners';
import { useWriteBarrier } from './useWriteBarrier';

const CodeEditor = lazy(() => import('./CodeEditor'));
const BinaryView = lazy(() => import('./BinaryView'));

export function EditorPane() {
  const session = useSession();
  const { tabs, active, open } = useStore(session.documents.store);
  if (tabs.length === 0) return <NothingOpen />;
  return (
    <section className="editor" aria-label="Editor">
      <Tabs />
      {tabs.map((path) => {
        const doc = open[path];
        return (
          doc !== undefined && <DocumentView key={doc.id} doc={doc} active={path === active} />
        );
      })}
    </section>
  );
}

function NothingOpen() {
  return (
    <section className="editor" aria-label="Editor">
      <Empty icon="file" title="No file is open">
        Pick one in the tree or press <Kbd>{keyLabel('Mod+P')}</Kbd>. While an agent holds a file’s
        lock you see its edits arrive, line by line, in its colour.
      </Empty>
    </section>
  );
}

function Tabs() {
  const session = useSession();
  const { tabs, active, open } = useStore(session.documents.store);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Delete' && active !== null) askClose(session, active);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(tabs.indexOf(active ?? '') + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    void session.documents.open(next);
    const bar = event.currentTarget;
    requestAnimationFrame(() => bar.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
  return (
    <div className="editor-tabs" role="tablist" aria-label="Open files" onKeyDown={onKeyDown}>
      {tabs.map((path) => (
        <EditorTab key={open[path]?.id} path={path} active={path === active} />
      ))}
    </div>
  );
}

/**
 * A tab list holds tabs only: the close button is for the mouse, Delete on the tab does the same.
 */
function EditorTab({ path, active }: { path: string; active: boolean }) {
  const session = useSession();
  const dirty = useStore(session.documents.store, ({ open }) => open[path]?.dirty === true);
  const lock = useWorkspace((state) => leadingLock(state.locks, path));
  const fade = useStore(session.fades, (fades) => fades[path]);
  return (
    <span className="editor-tab" data-active={active} role="presentation">
      <button
        type="button"
        role="tab"
        aria-selected={active}
        tabIndex={active ? 0 : -1}
        title={path}
        onClick={() => void session.documents.open(path)}
        onAuxClick={(event) => event.button === 1 && askClose(session, path)}
        data-testid={`tab-${path}`}
      >
        <span className="truncate">{nameOf(path)}</span>
        {dirty && <span className="unsaved" title="Unsaved edits" data-testid="unsaved" />}
        {(lock ?? fade) !== undefined && <LockBadge path={`tab:${path}`} lock={lock} fade={fade} />}
      </button>
      <IconButton
        icon="close"
        size="small"
        label={`Close ${path}`}
        tabIndex={-1}
        aria-hidden="true"
        onClick={() => askClose(session, path)}
      />
    </span>
  );
}

function DocumentView({ doc, active }: { doc: OpenDocument; active: boolean }) {
  const session = useSession();
  const barrier = useWriteBarrier(doc.path, doc.saving);
  const notText = doc.phase === 'failed' && doc.problem?.kind === 'invalid';
  const watches = useWhyNot('editor') !== undefined;
  return (
    <div className="document" hidden={!active}>
      <EditorBar doc={doc} />
      <EditorBanners doc={doc} barrier={barrier} />
      <div className="document-body">
        {doc.phase === 'loading' && <Loading what="Loading the file" />}
        {notText && (
          <ErrorBoundary what="The file">
            <Suspense fallback={<Loading what="Loading the file" />}>
              <BinaryView path={doc.path} />
            </Suspense>
          </ErrorBoundary>
        )}
        {doc.phase === 'failed' && !notText && (
          <div className="stack padded">
            <Problem message={doc.problem?.message ?? ''} hint={doc.problem?.hint} />
            <Button icon="retry" onClick={() => void session.documents.load(doc.path)}>
              Try again
            </Button>
          </div>
        )}
        {doc.phase === 'ready' && (
          <ErrorBoundary what="The editor">
            <Suspense fallback={<Loading what="Loading the editor" />}>
              <CodeEditor doc={doc} readOnly={barrier !== null || watches} />
            </Suspense>
          </ErrorBoundary>
        )}
      </div>
    </div>
  );
}

function Loading({ what }: { what: string }) {
  return (
    <div className="centred-row muted">
      <Spinner label={what} />
    </div>
  );
}
