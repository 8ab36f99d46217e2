/** A change of a document, as the library that edits writes it. */
export interface DocumentUpdate {
  /** The editor that made it; empty where the file was changed, or a text brought back. */
  client: string;
  by: string;
  changes: unknown;
}

/** The file below a document, where it is another one than the client knows. */
export interface DocumentFile {
  version: number;
  text: string;
  by: string;
  /** It was changed under a text that is not saved. */
  clashes: boolean;
}

export interface DocumentOpened {
  session: string;
  version: number;
  text: string;
  /** The version that had the file's text, where what came after is still known. */
  saved?: number;
  file?: DocumentFile;
}

export interface DocumentPulled {
  session: string;
  version: number;
  updates: DocumentUpdate[];
  file?: DocumentFile;
}

/** Droppable: who sees a gap pulls. */
export interface DocumentHint {
  path: string;
  session: string;
  version: number;
  from?: number;
  updates?: DocumentUpdate[];
}
