import { useState } from 'react';
import type { Chosen } from '../../model/importing';
import { asFailure, type Failure } from '../../net/failure';
import { importOfDrop, type Import } from './chosenFiles';
import { useFileDrop } from './useFileDrop';

/** What is to be imported, and how it is chosen. */
export interface Importing {
  body: Blob | undefined;
  /** A dropped folder is being looked through. */
  reading: boolean;
  /** Files are held over the page. */
  over: boolean;
  /** Why what was dropped cannot be read. */
  unread: Failure | null;
  choose: (chosen: Import) => void;
}

/** `busy`: what is chosen stays as it is. */
export function useImport(onChoose: (chosen: Chosen) => void, busy: boolean): Importing {
  const [body, setBody] = useState<Blob>();
  const [reading, setReading] = useState(false);
  const [unread, setUnread] = useState<Failure | null>(null);
  const choose = ({ chosen, body: bytes }: Import): void => {
    setBody(bytes);
    setUnread(null);
    onChoose(chosen);
  };
  const over = useFileDrop((transfer) => {
    if (busy || reading) return;
    setReading(true);
    importOfDrop(transfer)
      .then((found) => {
        if (found !== undefined) choose(found);
      })
      .catch((thrown: unknown) => setUnread(asFailure(thrown)))
      .finally(() => setReading(false));
  });
  return { body, reading, over: over && !busy, unread, choose };
}
