import { useEffect, useState } from 'react';
import type { WorkspaceSession } from '../../actions/session';
import {
  authoredLines,
  authorships,
  type AuthoredLines,
  type LoggedEdit,
} from '../../model/authors';
import type { OpenDocument } from '../../model/document';
import { isKnown, type WireEvent } from '../../protocol/events';

/** As many as the log keeps between two edits that it has as a whole. */
const kEditsMax = 100;
const kPauseMs = 400;

/**
 * Which lines of the document, as the server has it, others wrote; asked for again when it changes.
 */
export function useAuthors(session: WorkspaceSession, doc: OpenDocument): AuthoredLines[] {
  const { path, version, base, phase } = doc;
  const [lines, setLines] = useState<AuthoredLines[]>([]);
  useEffect(() => {
    if (phase !== 'ready' || version === 0) return undefined;
    let wanted = true;
    const timer = setTimeout(() => {
      lastEdits(session, path).then(
        (edits) => {
          // A later edit is on its way: its own version asks again.
          if (wanted && edits.at(-1)?.seq === version) {
            const own = session.you.get()?.actor;
            const lines = authoredLines(base, authorships(edits));
            setLines(lines.filter(({ actor }) => actor !== own));
          }
        },
        // Colours beside the text: without them the file is edited just as well.
        () => undefined,
      );
    }, kPauseMs);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [session, path, version, base, phase]);
  return lines;
}

async function lastEdits(session: WorkspaceSession, path: string): Promise<LoggedEdit[]> {
  const { edits } = await session.call('files.history', { path });
  const from = edits.toSorted((a, b) => a.seq - b.seq).slice(-kEditsMax)[0]?.seq;
  if (from === undefined) return [];
  const { events } = await session.call('timeline.range', {
    from,
    limit: 1_000,
    types: ['file_edit'],
    path,
  });
  return events.flatMap(editOf);
}

function editOf(event: WireEvent): LoggedEdit[] {
  if (!isKnown(event) || event.type !== 'file_edit') return [];
  const { seq, ts, actor, data } = event;
  return [{ seq, ts, actor, data }];
}
