import { useEffect, useState } from 'react';
import { fromBase64, hexRows, pictureType } from '../../model/binary';
import { bytes as inBytes } from '../../model/format';
import { nameOf } from '../../model/tree';
import { asFailure, type Failure } from '../../net/failure';
import { Button, Problem, Spinner } from '../../ui/controls';
import { useSession, useWorkspace } from '../workspace/SessionContext';

const kShownBytes = 4_096;

interface Content {
  bytes: Uint8Array<ArrayBuffer>;
  type: string | null;
  /** An address of the bytes in this page, for the picture and for saving them. */
  url: string;
}

/** A file that is not text: a picture as a picture, anything else as its first bytes. */
export default function BinaryView({ path }: { path: string }) {
  const session = useSession();
  const version = useWorkspace((state) => state.files?.get(path)?.version);
  const [content, setContent] = useState<Content | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    let url: string | undefined;
    let wanted = true;
    session.call('files.bytes', { path }).then(
      ({ base64 }) => {
        if (!wanted) return;
        const bytes = fromBase64(base64);
        const type = pictureType(bytes);
        url = URL.createObjectURL(new Blob([bytes], { type: type ?? 'application/octet-stream' }));
        setContent({ bytes, type, url });
        setFailure(null);
      },
      (thrown: unknown) => wanted && setFailure(asFailure(thrown)),
    );
    return () => {
      wanted = false;
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [session, path, version]);

  if (failure !== null) {
    return (
      <div className="stack padded">
        <Problem message={failure.message} hint={failure.hint} />
      </div>
    );
  }
  if (content === null) {
    return (
      <div className="centred-row muted">
        <Spinner label="Loading the file" />
      </div>
    );
  }
  return (
    <div className="binary" data-testid="binary-view">
      {content.type === null ? (
        <Dump bytes={content.bytes} />
      ) : (
        <Picture path={path} {...content} />
      )}
      <div className="binary-foot muted">
        <span>
          {content.type ?? 'Not text'} · {inBytes(content.bytes.length)}
        </span>
        <span className="grow" />
        <a className="link" href={content.url} download={nameOf(path)}>
          Save to this computer
        </a>
      </div>
    </div>
  );
}

function Picture({ path, url }: { path: string; url: string }) {
  const [size, setSize] = useState('');
  const [whole, setWhole] = useState(true);
  return (
    <>
      <div className="picture" data-whole={whole} tabIndex={0} role="group" aria-label="Picture">
        <img
          src={url}
          alt={path}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setSize(`${naturalWidth} × ${naturalHeight}`)
          }
        />
      </div>
      <div className="centred-row">
        <span className="num muted">{size}</span>
        <Button size="small" variant="ghost" onClick={() => setWhole(!whole)}>
          {whole ? 'Show in its own size' : 'Fit to the pane'}
        </Button>
      </div>
    </>
  );
}

function Dump({ bytes }: { bytes: Uint8Array }) {
  return (
    <div className="dump" tabIndex={0} role="group" aria-label="The first bytes">
      <pre className="mono">
        {hexRows(bytes, kShownBytes)
          .map(({ offset, hex, text }) => `${offset}  ${hex.padEnd(47)}  ${text}`)
          .join('\n')}
      </pre>
      {bytes.length > kShownBytes && (
        <p className="muted">The first {inBytes(kShownBytes)} of the file.</p>
      )}
    </div>
  );
}
