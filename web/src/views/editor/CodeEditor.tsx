import { useEffect, useRef, type RefObject } from 'react';
import type { OpenDocument } from '../../model/document';
import { toneOf } from '../../model/format';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import { EditorHost } from './EditorHost';
import { useAuthors } from './useAuthors';
import { usePeers } from './usePeers';
import { useSharing } from './useSharing';

/** The CodeMirror view of one open file. Loaded on demand: it is the largest part of the studio. */
export default function CodeEditor({ doc, readOnly }: { doc: OpenDocument; readOnly: boolean }) {
  const session = useSession();
  const box = useRef<HTMLDivElement>(null);
  const host = useRef<EditorHost | null>(null);
  const path = useRef(doc.path);
  path.current = doc.path;

  useEffect(() => {
    if (box.current === null) return undefined;
    const { documents, presence } = session;
    const made = new EditorHost(box.current, {
      onDirty: (dirty) => {
        documents.step(path.current, { type: 'edited', dirty });
        documents.keepDraft(path.current);
      },
      onCursor: (line) => session.cursorLine.set(path.current, line),
      onText: () => documents.sharing.get(path.current)?.changed(),
      onSelection: (anchor, head) => {
        if (documents.store.get().active === path.current)
          presence.set({ path: path.current, anchor, head });
      },
    });
    host.current = made;
    return () => {
      host.current = null;
      made.destroy();
    };
  }, [session]);

  useEffect(() => {
    void host.current?.setLanguage(doc.path);
    return session.documents.registerBuffer(doc.path, {
      read: () => host.current?.text() ?? '',
      write: (text) => host.current?.type(text),
    });
  }, [session, doc.path]);

  const { base, adoption, adoptedFrom, incoming, comparing } = doc;
  useEffect(() => {
    const tone = adoptedFrom === null ? null : toneOf(adoptedFrom);
    host.current?.adopt(base, adoption, tone);
  }, [base, adoption, adoptedFrom]);

  const { draft } = doc;
  useEffect(() => {
    if (draft === null) return;
    host.current?.type(draft);
    session.documents.step(path.current, { type: 'draft_shown' });
  }, [session, draft]);

  useSharing(host, doc);

  useEffect(() => host.current?.setReadOnly(readOnly), [readOnly]);

  const authors = useAuthors(session, doc);
  useEffect(() => host.current?.showAuthors(authors), [authors]);

  useReveal(host, path);

  const theirs = comparing ? (incoming?.text ?? null) : null;
  useEffect(() => host.current?.compareWith(theirs), [theirs]);

  const peers = usePeers(doc.path);
  useEffect(() => host.current?.showPeers(peers), [peers]);

  return (
    <div ref={box} className="code-editor" data-testid="code-editor" data-read-only={readOnly} />
  );
}

/** Brings the line into sight that a link or a search leads to. */
function useReveal(host: RefObject<EditorHost | null>, path: RefObject<string>): void {
  const session = useSession();
  const reveal = useStore(session.reveal);
  useEffect(() => {
    if (reveal === null || reveal.path !== path.current) return;
    host.current?.revealLine(reveal.line);
    session.reveal.set(null);
  }, [session, host, path, reveal]);
}
