import { useEffect, type RefObject } from 'react';
import type { OpenDocument } from '../../model/document';
import { useSession } from '../workspace/SessionContext';
import type { EditorHost } from './EditorHost';

/** Edits the file together with others who have it open; the host's text is there before. */
export function useSharing(host: RefObject<EditorHost | null>, doc: OpenDocument): void {
  const session = useSession();

  // After the text is there, and again under another name.
  useEffect(() => {
    const { documents } = session;
    if (host.current === null) return undefined;
    const isThis = ({ id }: OpenDocument): boolean => id === doc.id;
    return documents.sharing.share(doc.path, host.current.collab, {
      doc: () => documents.get(doc.path),
      isOpen: () => Object.values(documents.store.get().open).some(isThis),
      step: (event) => documents.step(doc.path, event),
      mayEdit: () => session.mayEdit(),
    });
  }, [session, doc.path, doc.id]);

  // What stood between this text and the others' is decided.
  const clashes = doc.incoming !== null;
  useEffect(() => {
    if (!clashes) session.documents.sharing.get(doc.path)?.resume();
  }, [session, doc.path, clashes]);
}
