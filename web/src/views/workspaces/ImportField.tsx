import { useRef, type ChangeEvent } from 'react';
import { sizeOfChosen, type Chosen } from '../../model/importing';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/controls';
import { archiveOf, folderOf, type Import } from './chosenFiles';
import type { Importing } from './useImport';

interface ImportFieldProps {
  chosen: Chosen | undefined;
  importing: Importing;
}

/** Takes an archive or a folder: dropped, or by the browser's own dialog. */
export function ImportField({ chosen, importing }: ImportFieldProps) {
  const { over, reading, choose } = importing;
  const archive = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (read: (files: FileList) => Import | undefined) => (event: ChangeEvent) => {
    const input = event.target as HTMLInputElement;
    const found = input.files === null || input.files.length === 0 ? undefined : read(input.files);
    if (found !== undefined) choose(found);
    input.value = ''; // so that the same file can be chosen again
  };
  return (
    <div className="import-field" data-over={over} data-testid="import-field">
      <div className="import-chosen" role="status" data-testid="import-chosen">
        {over || reading || chosen === undefined ? (
          <span className="muted">
            {over ? 'Let go here' : reading ? 'Reading…' : 'Drop an archive or a folder here'}
          </span>
        ) : (
          <>
            <Icon name={chosen.kind === 'folder' ? 'folder' : 'file'} size={16} />
            <span className="mono truncate" title={chosen.name}>
              {chosen.name}
            </span>
            <span className="muted num">{sizeOfChosen(chosen)}</span>
          </>
        )}
      </div>
      <div className="import-buttons">
        <Button onClick={() => archive.current?.click()} data-testid="import-archive">
          Choose an archive
        </Button>
        <Button onClick={() => folder.current?.click()} data-testid="import-folder">
          Choose a folder
        </Button>
      </div>
      <input
        ref={archive}
        type="file"
        hidden
        aria-label="Archive"
        accept=".zip,.tar,.gz,.tgz,.zst"
        onChange={take((files) => (files[0] === undefined ? undefined : archiveOf(files[0])))}
        data-testid="import-archive-input"
      />
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Folder"
        {...{ webkitdirectory: '' }}
        onChange={take(folderOf)}
        data-testid="import-folder-input"
      />
      <span className="muted field-note">
        .zip, .tar, .tar.gz or .tar.zst, up to 1 GB. A single top folder is taken off. Of a folder
        the browser does not know links and which files are executable: an archive keeps both.
      </span>
    </div>
  );
}
