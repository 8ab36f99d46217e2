/** Why the last save or load was refused. */
export interface DocumentProblem {
  kind: string;
  message: string;
  hint?: string | undefined;
}

/** A text that another writer made, not yet in the editor because there are unsaved edits. */
export interface Incoming {
  text: string;
  version: number;
  actor: string;
}

/**
 * One open file. The text being typed lives in the editor; here is what it is based on and what
 * stands between it and a save. `base` is the server's text at `version`; whenever `adoption`
 * grows, the editor takes `base` over.
 */
export interface OpenDocument {
  /** Stays the same when the file is renamed. */
  id: number;
  path: string;
  phase: 'loading' | 'ready' | 'failed';
  base: string;
  version: number;
  adoption: number;
  /** Who wrote the text of the last adoption; null for a load or for the reader's own choice. */
  adoptedFrom: string | null;
  dirty: boolean;
  saving: boolean;
  incoming: Incoming | null;
  comparing: boolean;
  /** What the editor is to begin with, unsaved. */
  draft: string | null;
  /** Set when the file was removed by somebody else while open. */
  removedBy: string | null;
  problem: DocumentProblem | null;
}

export type DocumentEvent =
  /** `draft` is what was typed and not saved the last time. */
  | { type: 'loaded'; text: string; version: number; draft?: string | undefined }
  | { type: 'draft_shown' }
  | { type: 'load_failed'; problem: DocumentProblem }
  | { type: 'edited'; dirty: boolean }
  | { type: 'save_started' }
  | { type: 'saved'; text: string; version: number }
  | { type: 'save_failed'; problem: DocumentProblem }
  | { type: 'theirs'; text: string; version: number; actor: string }
  /** The file below a text that is edited with others; what is in the editor stays. */
  | { type: 'rebased'; text: string; version: number }
  /** The others have a text that this one cannot be put together with. */
  | { type: 'clashed'; text: string; version: number; actor: string }
  | { type: 'compare' }
  | { type: 'stop_comparing' }
  | { type: 'take_theirs' }
  | { type: 'keep_mine' }
  | { type: 'removed'; actor: string }
  | { type: 'moved'; to: string }
  | { type: 'problem_dismissed' };

export function openDocument(path: string, id: number): OpenDocument {
  return {
    id,
    path,
    phase: 'loading',
    base: '',
    version: 0,
    adoption: 0,
    adoptedFrom: null,
    dirty: false,
    saving: false,
    incoming: null,
    comparing: false,
    draft: null,
    removedBy: null,
    problem: null,
  };
}

export function stepDocument(doc: OpenDocument, event: DocumentEvent): OpenDocument {
  switch (event.type) {
    case 'loaded':
      return loaded(doc, event);
    case 'draft_shown':
      return { ...doc, draft: null };
    case 'load_failed':
      return { ...doc, phase: 'failed', problem: event.problem };
    case 'edited':
      return doc.dirty === event.dirty ? doc : { ...doc, dirty: event.dirty };
    case 'save_started':
      return { ...doc, saving: true, problem: null };
    case 'saved':
      return {
        ...doc,
        saving: false,
        base: event.text,
        version: event.version,
        problem: null,
        removedBy: null,
        incoming: null,
        comparing: false,
      };
    case 'save_failed':
      return { ...doc, saving: false, problem: event.problem };
    case 'theirs':
      return theirs(doc, event);
    case 'rebased':
      return rebased(doc, event);
    case 'clashed': {
      const { text, version, actor } = event;
      return { ...doc, incoming: { text, version, actor }, comparing: false, removedBy: null };
    }
    case 'compare':
      return doc.incoming === null ? doc : { ...doc, comparing: true };
    case 'stop_comparing':
      return { ...doc, comparing: false };
    case 'take_theirs':
      if (doc.incoming === null) return doc;
      return adopted({ ...doc, dirty: false }, doc.incoming, doc.incoming.actor);
    case 'keep_mine':
      return keptMine(doc);
    case 'removed':
      return { ...doc, removedBy: event.actor, incoming: null, comparing: false };
    case 'moved':
      return { ...doc, path: event.to };
    case 'problem_dismissed':
      return { ...doc, problem: null };
  }
}

function loaded(doc: OpenDocument, event: Extract<DocumentEvent, { type: 'loaded' }>) {
  const draft = event.draft ?? null;
  const ready: OpenDocument = { ...doc, phase: 'ready', dirty: false, draft };
  return { ...adopted(ready, event, null), dirty: draft !== null };
}

function adopted(
  doc: OpenDocument,
  text: { text: string; version: number },
  from: string | null,
): OpenDocument {
  return {
    ...doc,
    base: text.text,
    version: text.version,
    adoption: doc.adoption + 1,
    adoptedFrom: from,
    incoming: null,
    comparing: false,
    removedBy: null,
    problem: null,
  };
}

/** Unsaved edits are never clobbered: a newer text waits as `incoming` until the reader decides. */
function theirs(doc: OpenDocument, incoming: Incoming): OpenDocument {
  if (doc.phase !== 'ready' || incoming.version <= doc.version) return doc;
  if (incoming.text === doc.base) return { ...doc, version: incoming.version, removedBy: null };
  if (!doc.dirty) return adopted(doc, incoming, incoming.actor);
  const { text, version, actor } = incoming;
  return { ...doc, incoming: { text, version, actor }, removedBy: null };
}

function rebased(doc: OpenDocument, { text, version }: { text: string; version: number }) {
  const decided = doc.incoming === null || doc.incoming.version <= version;
  return {
    ...doc,
    base: text,
    version,
    removedBy: null,
    ...(decided ? { incoming: null, comparing: false } : {}),
  };
}

/** The next save then replaces their version knowingly. */
function keptMine(doc: OpenDocument): OpenDocument {
  if (doc.incoming === null) return doc;
  const { text, version } = doc.incoming;
  return {
    ...doc,
    base: text,
    version,
    dirty: true,
    incoming: null,
    comparing: false,
    problem: null,
  };
}
