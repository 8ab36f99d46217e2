import { keyLabel } from '../../actions/keys';
import { askRename, removeFile, toggleOwnLock } from '../../actions/fileActions';
import { ago, shortName, toneOf } from '../../model/format';
import type { OpenDocument } from '../../model/document';
import { parentOf, nameOf } from '../../model/tree';
import { Button, IconButton } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';

export function EditorBar({ doc }: { doc: OpenDocument }) {
  const session = useSession();
  const { path } = doc;
  const mine = useStore(session.locks.tokens, (tokens) => tokens[path] !== undefined);
  const edit = useWorkspace((state) => state.lastEdits.get(path));
  const folder = parentOf(path);
  return (
    <div className="editor-bar">
      <span className="truncate mono" data-testid="editor-path">
        {folder !== '' && <span className="faint">{folder}/</span>}
        {nameOf(path)}
      </span>
      {edit !== undefined && (
        <span className="truncate faint wide-only" data-tone={toneOf(edit.actor)}>
          <span className="toned">{shortName(edit.actor)}</span> · {ago(edit.ts, Date.now())}
        </span>
      )}
      <span className="grow" />
      <IconButton
        needs="editor"
        icon={mine ? 'lock' : 'unlock'}
        size="small"
        label={mine ? 'Unlock' : 'Lock for me'}
        aria-pressed={mine}
        onClick={() => void toggleOwnLock(session, path)}
        data-testid="own-lock"
      />
      <IconButton
        needs="editor"
        icon="pencil"
        size="small"
        label="Rename or move"
        onClick={() => askRename(session, path)}
      />
      <IconButton
        needs="editor"
        icon="trash"
        size="small"
        label="Delete"
        onClick={() => void removeFile(session, path)}
      />
      <Button
        needs="editor"
        size="small"
        variant={doc.dirty ? 'primary' : 'plain'}
        disabled={doc.saving || (!doc.dirty && doc.removedBy === null)}
        title={keyLabel('Mod+S')}
        onClick={() => void session.documents.save(path)}
        data-testid="save"
      >
        {doc.saving ? 'Saving…' : doc.dirty ? 'Save' : 'Saved'}
      </Button>
    </div>
  );
}
